"""Services behind HTTP: the key, one call without retries, and errors by status."""

from tagatlas_services.web import (
    base64_text,
    http_call_error,
    is_loopback,
    post_json,
    read_key,
    retry_after,
)

__all__ = ["base64_text", "http_call_error", "is_loopback", "post_json", "read_key", "retry_after"]
