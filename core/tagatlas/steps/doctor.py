"""Checks of the installation, of backends and of an atlas, with remedies."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tagatlas.atlas import Atlas
from tagatlas.contracts import ImageInput, ImageStatus, Price, Tagger, TagStatus, no_show
from tagatlas.errors import TagatlasError
from tagatlas.plugins import PluginChoice, Plugins
from tagatlas.steps.clean import Unused, find_unused
from tagatlas.steps.verify import verify_images
from tagatlas.versions import versions
from tagatlas.wording import count, versions_in_words
from tagatlas_tagging import closing, prepare, without_key

SPEED_IMAGES = 32
"""Number of images that a local backend's speed is measured on."""


@dataclass(frozen=True)
class Finding:
    """Result of one check.

    Attributes:
        subject: of the check.
        ok: whether it is as it should be.
        text: the finding, with a remedy if it is not ok.
    """

    subject: str
    ok: bool
    text: str


def check_installation(plugins: Plugins) -> list[Finding]:
    """The versions installed, and the plugins' state."""
    listed = ", ".join(f"{name} {number}" for name, number in versions().items())
    findings = [Finding("versions", True, listed)]
    findings += [
        Finding(f"plugin {entry.plugin}", False, f"{entry.reason}; update or uninstall it")
        for entry in plugins.broken
    ]
    findings += [Finding("plugins", False, warning) for warning in plugins.warnings]
    if len(findings) == 1:
        findings.append(Finding("plugins", True, f"{len(plugins.installed)} loaded"))
    return findings


def check_backend(tagger: PluginChoice[Tagger], environment: Mapping[str, str]) -> list[Finding]:
    """Check whether a backend works, and its speed or price.

    A backend that is not local, or costs money, is called at most once: by its own
    :meth:`~tagatlas.contracts.Tagger.check`.

    Args:
        tagger: the backend.
        environment: variables in which its key is looked up.
    """
    subject = f"backend {tagger.name}"
    warnings: list[str] = []
    try:
        instance = tagger.make()
        with closing(instance, tagger.name, warnings.append):
            finding = _check(instance, subject, environment)
    except TagatlasError as error:
        finding = Finding(subject, False, str(error))
    return [finding, *(Finding(subject, False, warning) for warning in warnings)]


def _check(tagger: Tagger, subject: str, environment: Mapping[str, str]) -> Finding:
    variable = tagger.key_variable
    key = environment.get(variable or "", "")
    if variable is not None and not key:
        return Finding(subject, False, f"set its key: export {variable}=...")
    is_free = tagger.local and tagger.price is None
    try:
        prepare(tagger, no_show)
        said = [f"works, {_speed(tagger):,.1f} images/s"] if is_free else []
        said += tagger.check()
    except TagatlasError as error:
        return Finding(subject, False, without_key(str(error), key))
    if tagger.price is not None:
        said.append(_price_text(tagger.price))
    return Finding(subject, True, "; ".join([*said, tagger.fingerprint()]))


def _speed(tagger: Tagger) -> float:
    """Images that a backend tags per second, without loading its model."""
    images = [ImageInput(f"{number:064x}", _grey_picture(number)) for number in range(SPEED_IMAGES)]
    tagger.tag(images[:1])
    begun = time.perf_counter()
    for first in range(0, SPEED_IMAGES, tagger.batch_size):
        tagger.tag(images[first : first + tagger.batch_size])
    return SPEED_IMAGES / (time.perf_counter() - begun)


def _price_text(price: Price) -> str:
    each = ", ".join(f"{name} ${dollars:g}" for name, dollars in price.units.items())
    return (
        f"1,000 images cost up to ${1000 * price.per_image:,.2f} ({each}; prices of "
        f"{price.as_of}, {price.source}); this check cost up to ${price.per_image:g}"
    )


def check_atlas(atlas: Atlas) -> list[Finding]:
    """Check an atlas: its addresses, the files of its images, its catalog, its backends."""
    addresses = atlas.catalog.addresses.counts()
    findings = [
        _check_trust(atlas),
        Finding("addresses", True, _by_status(addresses)),
        _check_images(atlas),
        *_check_catalog(atlas),
    ]
    if atlas.catalog.removals.unswept() is not None:
        text = f"was interrupted: tagatlas remove {atlas.folder} finishes it"
        findings.append(Finding("removal", False, text))
    if not addresses[ImageStatus.PENDING]:
        findings += _check_unused(atlas)
    else:
        findings.append(Finding("fetching", False, "not finished: tagatlas fetch goes on"))
    findings += _check_tagging(atlas)
    return findings


def _check_tagging(atlas: Atlas) -> list[Finding]:
    """The state of the backend used last, and the model versions of all."""
    tagging = atlas.catalog.tagging
    findings = []
    backend = tagging.last_used()
    if backend is not None:
        counts = tagging.counts(backend.id)
        pending = counts[TagStatus.PENDING]
        goes_on = "; tagatlas tag goes on" if pending else ""
        text = _by_status(counts) + goes_on
        findings.append(Finding(f"backend {backend.name}", not pending, text))
    findings += [
        Finding(f"backend {each.label}", True, versions_in_words(versions))
        for each in tagging.backends()
        if (versions := tagging.model_versions(each.id))
    ]
    return findings


def _check_trust(atlas: Atlas) -> Finding:
    """Whether the atlas is trusted; one of somebody else need not be."""
    if atlas.settings.trust.is_trusted:
        return Finding("trust", True, "yours, or trusted on this machine")
    return Finding("trust", True, f"not trusted: see tagatlas trust {atlas.folder}")


def _check_images(atlas: Atlas) -> Finding:
    """Check every stored file by its hash."""
    if atlas.refused_store:
        return Finding("images", False, atlas.refused_store)
    verified = verify_images(atlas)
    known = f"{atlas.catalog.addresses.image_count():,} known, {count(verified.files, 'file')} read"
    if not verified.damages:
        return Finding("images", True, known)
    gone = sum(damage.gone for damage in verified.damages)
    changed = len(verified.damages) - gone
    remedy = "tagatlas fetch --repair fetches them again (tagatlas remove takes out images)"
    return Finding("images", False, f"{known}: {gone:,} gone, {changed:,} damaged; {remedy}")


def _check_unused(atlas: Atlas) -> list[Finding]:
    """Report images that no record leads to; nothing if there are none."""
    unused = find_unused(atlas)
    if not unused.images and not unused.addresses:
        return []
    text = f"{unused_text(unused)}; tagatlas doctor {atlas.folder} --clean removes them"
    return [Finding("unused", True, text)]


def unused_text(unused: Unused) -> str:
    """Data that no record leads to, in words."""
    if not unused.images and not unused.addresses:
        return "there was nothing that no record leads to"
    text = (
        f"{count(unused.images, 'image')} ({unused.bytes / 1e6:,.1f} MB) and "
        f"{count(unused.addresses, 'address')} that no record leads to, with "
        f"{count(unused.answers, 'answer')} of backends"
    )
    if unused.maps:
        text += f", still on the maps {', '.join(unused.maps)}, to be made again"
    return text


def _check_catalog(atlas: Atlas) -> list[Finding]:
    """Report faults of the catalog; nothing if there are none."""
    faults = atlas.catalog.faults()
    remedy = "restore a backup"
    return [Finding("catalog", False, f"{fault}; {remedy}") for fault in faults[:3]]


def _by_status(counts: Mapping[str, int]) -> str:
    return (
        ", ".join(f"{number:,} {status}" for status, number in counts.items() if number) or "none"
    )


def _grey_picture(tone: int) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), (tone, tone, tone)).save(buffer, "JPEG")
    return buffer.getvalue()
