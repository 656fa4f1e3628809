"""For taggers of services behind gRPC: opening a channel, and reading errors.

Calls need grpcio and googleapis-common-protos, which are imported when one is made.

gRPC and the clients built on it retry a call by themselves when a connection breaks. A service
that bills by the call may then bill twice, so channels made here never do: the tagging engine
decides whether to retry a call, by the error that :func:`call_error` makes.
"""

from tagatlas_services.remote.channel import CHANNEL_OPTIONS, open_channel
from tagatlas_services.remote.failures import call_error

__all__ = [
    "CHANNEL_OPTIONS",
    "call_error",
    "open_channel",
]
