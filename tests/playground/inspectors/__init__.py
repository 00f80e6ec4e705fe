"""Tests of inspectors."""
