"""All personas as one zip archive, by which they move from one Greenroom to another."""
