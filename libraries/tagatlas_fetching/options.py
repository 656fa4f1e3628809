"""Options of fetching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from tagatlas.contracts import Mark
from tagatlas_fetching.hosts import HostPolicy

PILLOW_LIMIT = 178_956_970
"""Pillow's own limit, which options cannot raise."""


@dataclass(frozen=True)
class FetchOptions:
    """Options of fetching and normalising images.

    Proxies, ``.netrc`` and other settings from the environment are ignored: a proxy would resolve
    names itself, past the check of their addresses.
    """

    concurrency: Annotated[int, Meta(ge=1, le=1024, description="Images fetched at once.")] = 64
    per_host: Annotated[
        int, Meta(ge=1, le=1024, description="Images fetched at once from one host.")
    ] = 8
    host_rate: Annotated[
        float, Meta(ge=0, le=1e6, description="Requests per second to one host; 0: no limit.")
    ] = 50.0
    rate: Annotated[
        float, Meta(ge=0, le=1e6, description="Requests per second in all; 0: no limit.")
    ] = 0.0
    timeout: Annotated[
        float,
        Meta(gt=0, le=86_400, description="Seconds that one try may take, including redirects."),
    ] = 30.0
    time_limit: Annotated[
        float,
        Meta(
            gt=0,
            le=86_400,
            description="Seconds that all tries at one address (or copy) may take together.",
        ),
    ] = 90.0
    retries: Annotated[
        int,
        Meta(ge=0, le=10, description="Retries after a timeout, a broken connection, 429 or 5xx."),
    ] = 2
    longest_wait: Annotated[
        float,
        Meta(
            ge=0,
            le=86_400,
            description="Longest wait in seconds that a host may ask for, else it is skipped.",
        ),
    ] = 30.0
    host_patience: Annotated[
        int,
        Meta(ge=1, le=1000, description="Rests without success after which a host is skipped."),
    ] = 5
    pause: Annotated[
        float,
        Meta(
            ge=0,
            le=3600,
            description="Seconds of a host's first rest, and of the pause before a retry.",
        ),
    ] = 1.0
    min_speed: Annotated[
        float, Meta(ge=0, description="Bytes per second below which a download is given up.")
    ] = 1000.0
    max_bytes: Annotated[
        int, Meta(ge=1, le=2**32, description="Largest file that is accepted, in bytes.")
    ] = 32 * 1024 * 1024
    max_pixels: Annotated[
        int,
        Meta(ge=1, le=PILLOW_LIMIT, description="Largest picture that is decoded, in pixels."),
    ] = 100_000_000
    max_side: Annotated[
        int,
        Meta(ge=16, le=16_384, description="Longer side of the stored copy, in pixels."),
    ] = 1024
    resize: Annotated[
        str,
        Meta(
            pattern=r"^(100|[1-9][0-9]?)%$",
            description="Sides of the copy as a share of the picture's, at most --max-side.",
        ),
    ] = "100%"
    keep_original: Annotated[bool, Meta(description="Also keep the original files.")] = False
    decode_limit: Annotated[
        float, Meta(gt=0, le=3600, description="Seconds that decoding one picture may take.")
    ] = 60.0
    contact: Annotated[
        str,
        Meta(description="Your e-mail address or page, sent to the hosts in the User-Agent."),
    ] = ""
    user_agent: Annotated[
        str, Meta(description="The User-Agent; empty: tagatlas's name and the contact.")
    ] = ""
    referer: Annotated[
        str,
        Meta(description="The header Referer of requests; host: the host's front page."),
    ] = ""
    header_host: Annotated[
        str,
        Meta(
            description="The one host that gets a --header that may be a key; needed if the "
            "addresses are of several."
        ),
        Mark.AUTHORITY,
    ] = ""
    robots: Annotated[
        bool, Meta(description="Fetch only what robots.txt and X-Robots-Tag allow.")
    ] = False
    recover: Annotated[
        tuple[str, ...],
        Meta(description="Where to look for images whose address is dead: names of recoveries."),
    ] = ("twitter",)
    allow_private: Annotated[
        bool,
        Meta(description="Also fetch from private and local network addresses."),
        Mark.AUTHORITY,
    ] = False

    def identity(self) -> str:
        """The User-Agent to send: name, version and contact."""
        if self.user_agent:
            return self.user_agent
        from importlib.metadata import PackageNotFoundError, version  # slow; decoding needs neither

        try:
            product = f"tagatlas/{version('tagatlas')}"
        except PackageNotFoundError:  # run from a source tree
            product = "tagatlas"
        purpose = "research on image collections"
        return (
            f"{product} ({purpose}; {self.contact})" if self.contact else f"{product} ({purpose})"
        )

    def share(self) -> float:
        """``resize`` as a number from 0 to 1."""
        return int(self.resize.rstrip("%")) / 100

    def host_policy(self, headers: Mapping[str, str] | None = None) -> HostPolicy:
        """The policy of hosts without one of their own.

        Args:
            headers: further headers of each request, by name.
        """
        return HostPolicy(self.per_host, self.host_rate, self.referer, headers or {})
