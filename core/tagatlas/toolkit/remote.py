"""Services behind gRPC: opening a channel, and reading errors."""

from tagatlas_services.remote import CHANNEL_OPTIONS, call_error, open_channel

__all__ = ["CHANNEL_OPTIONS", "call_error", "open_channel"]
