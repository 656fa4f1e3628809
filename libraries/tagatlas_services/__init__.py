"""Calling services: over HTTP with JSON, and over gRPC."""
