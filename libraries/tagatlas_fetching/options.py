"""Options of fetching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from msgspec import Meta

from tagatlas_fetching.hosts import HostManners

PILLOW_LIMIT = 178_956_970
"""Pillow itself refuses pictures of more pixels, whatever it is told here."""


@dataclass(frozen=True)
class FetchOptions:
    """How images are fetched and normalised.

    Proxies, ``.netrc`` and everything else that an HTTP client may take from its environment
    are left alone: a proxy would resolve names itself, past the check of their addresses.
    """

    concurrency: Annotated[
        int, Meta(ge=1, le=1024, description="How many images are fetched at once.")
    ] = 64
    per_host: Annotated[int, Meta(ge=1, le=1024, description="How many of them from one host.")] = 8
    host_rate: Annotated[
        float, Meta(ge=0, description="Requests a second to one host; 0: any number.")
    ] = 50.0
    rate: Annotated[float, Meta(ge=0, description="Requests a second in all; 0: any number.")] = 0.0
    timeout: Annotated[
        float, Meta(gt=0, description="Seconds that one try may take, redirects included.")
    ] = 30.0
    time_limit: Annotated[
        float,
        Meta(
            gt=0, description="Seconds that all tries at one address (or copy) may take together."
        ),
    ] = 90.0
    retries: Annotated[
        int,
        Meta(
            ge=0, le=10, description="More tries after a timeout, a broken connection, 429 or 5xx."
        ),
    ] = 2
    longest_wait: Annotated[
        float,
        Meta(ge=0, description="Seconds a host may ask us to wait; beyond that, it is left alone."),
    ] = 30.0
    host_patience: Annotated[
        int,
        Meta(ge=1, description="Rests without success after which a host is left alone."),
    ] = 5
    pause: Annotated[
        float,
        Meta(ge=0, description="Seconds of the first rest of a host, and pause before a retry."),
    ] = 1.0
    min_speed: Annotated[
        float, Meta(ge=0, description="Bytes a second below which a download is given up.")
    ] = 1000.0
    max_bytes: Annotated[int, Meta(ge=1, description="Largest file that is taken, in bytes.")] = (
        32 * 1024 * 1024
    )
    max_pixels: Annotated[
        int,
        Meta(ge=1, le=PILLOW_LIMIT, description="Largest picture that is decoded, in pixels."),
    ] = 100_000_000
    max_side: Annotated[
        int,
        Meta(ge=16, le=16_384, description="Longer side of the copy that is kept, in pixels."),
    ] = 1024
    resize: Annotated[
        str,
        Meta(
            pattern=r"^(100|[1-9][0-9]?)%$",
            description="Sides of the copy as a share of the picture's, at most --max-side.",
        ),
    ] = "100%"
    keep_original: Annotated[
        bool, Meta(description="Keep the files as they were fetched as well.")
    ] = False
    decode_limit: Annotated[
        float, Meta(gt=0, description="Seconds that decoding one picture may take.")
    ] = 60.0
    contact: Annotated[
        str,
        Meta(description="Your e-mail address or page, told to the hosts in the User-Agent."),
    ] = ""
    user_agent: Annotated[
        str, Meta(description="A User-Agent of your own; empty: tagatlas's name and the contact.")
    ] = ""
    referer: Annotated[
        str,
        Meta(description="Page that requests say they come from; host: the host's front page."),
    ] = ""
    robots: Annotated[
        bool, Meta(description="Fetch only what robots.txt and X-Robots-Tag allow.")
    ] = False
    recover: Annotated[
        tuple[str, ...],
        Meta(description="Ways to copies of what is not to be had at its address."),
    ] = ("twitter",)
    allow_private: Annotated[
        bool, Meta(description="Fetch from private and local network addresses as well.")
    ] = False

    def identity(self) -> str:
        """The User-Agent to send: an honest name, a version, and whom to write to."""
        if self.user_agent:
            return self.user_agent
        try:
            product = f"tagatlas/{version('tagatlas')}"
        except PackageNotFoundError:  # run from a source tree
            product = "tagatlas"
        purpose = "research on image collections"
        return (
            f"{product} ({purpose}; {self.contact})" if self.contact else f"{product} ({purpose})"
        )

    def share(self) -> float:
        """What ``resize`` says, as a number from 0 to 1."""
        return int(self.resize.rstrip("%")) / 100

    def manners(self, headers: Mapping[str, str] | None = None) -> HostManners:
        """How a host is treated of which nothing else is said.

        Args:
            headers: further headers of each request, by name.
        """
        return HostManners(self.per_host, self.host_rate, self.referer, headers or {})
