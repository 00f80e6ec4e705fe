"""The HTTP API for personas, and what all of the API's routers share."""
