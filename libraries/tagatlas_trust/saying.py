"""What an atlas asks for, in lines for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tagatlas.wording import count

_HOSTS = 10
_FOLDERS = 20
"""Hosts, and accepted folders, that are shown; new folders always are."""


def asked_lines(
    settings: Sequence[tuple[str, str]],
    folders: Sequence[str],
    hosts: Mapping[str, int],
    new: Sequence[str],
    *,
    was_trusted: bool,
) -> list[str]:
    """What an atlas asks for, a line each.

    Args:
        settings: by their place.
        folders: whose files it reads.
        hosts: number of addresses that are not accepted, by host, most first.
        new: places and folders that are not accepted.
        was_trusted: whether the user trusts it.
    """
    accepted = [folder for folder in folders if folder not in new]
    shown = [*(folder for folder in folders if folder in new), *accepted[:_FOLDERS]]
    asked = [(place, f"{place} = {value}") for place, value in settings]
    asked += [(folder, f"files in {folder}") for folder in shown]
    lines = [f"asks for {text}{'' if key in new else ' (accepted)'}" for key, text in asked]
    if (more := len(accepted) - _FOLDERS) > 0:
        lines.append(f"asks for files in {count(more, 'more folder')} (accepted)")
    lines += _host_lines(hosts)
    if not was_trusted:
        lines.append(
            "once it is trusted, fetching asks the network for its addresses, and services that "
            "you choose get its pictures with your key"
        )
    return lines or ["asks for nothing"]


def _host_lines(hosts: Mapping[str, int]) -> list[str]:
    named = list(hosts.items())
    lines = [
        f"asks to fetch {count(number, 'address')} of {host}" for host, number in named[:_HOSTS]
    ]
    if rest := named[_HOSTS:]:
        number = count(sum(each for _, each in rest), "address")
        lines.append(f"asks to fetch {number} of {count(len(rest), 'more host')}")
    return lines
