"""What backends behind gRPC share: opening a channel, and reading errors. Needs grpcio.

gRPC and the clients built on it send a call again by themselves when a connection breaks. A
service that bills by the call may then bill twice, so channels made here never do: whether a call
may be sent again is for the tagging engine to decide, by the error that :func:`call_error` makes.
"""

from tagatlas.toolkit.remote.channel import CHANNEL_OPTIONS, open_channel
from tagatlas.toolkit.remote.failures import call_error

__all__ = [
    "CHANNEL_OPTIONS",
    "call_error",
    "open_channel",
]
