"""The HTTP API's part on personas, and what every router of the API is made of."""
