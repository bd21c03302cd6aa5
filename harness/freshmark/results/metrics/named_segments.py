"""Segments by name, built-in ones and those of plugins."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray
from freshmark.contract.segment import Segment
from freshmark.discovery.faults import BUILT_IN
from freshmark.discovery.offers import Offer
from freshmark.errors import PluginError, PluginFault
from freshmark.results.metrics.offered import checked, form_of, guarded, of_session
from freshmark.results.metrics.registry import SEGMENTS
from freshmark.results.metrics.segments import ALL, Assignment, segment_events

_BUILT_IN = {name: Offer(BUILT_IN, segment) for name, segment in SEGMENTS.items()}


class Segments:
    """Segments by name.

    names: ``all``, then the groups of every segment: the rows of ``Measured``
    added: the groups of those that plugins added to the built-in ones

    Args:
        offers: name → what plugins offer, built-in segments among them; None: the built-in ones alone.

    Raises:
        PluginError: an offer is not a segment, or two segments have a group of one name.
    """

    def __init__(self, offers: Mapping[str, Offer] | None = None) -> None:
        self._offers = _BUILT_IN if offers is None else offers
        self._segments: dict[str, Segment] = {}
        owners: dict[str, str] = {}
        for name, offer in self._offers.items():
            segment = self._segments[name] = checked("segment", name, offer)
            for group in segment.groups:
                if group in owners:
                    raise PluginError(
                        f"segments {owners[group]!r} and {name!r} both have a group {group!r}",
                        where=offer.plugin,
                        remedy="rename one",
                        code="FM306",
                    )
                owners[group] = name
        self.names = (ALL, *owners)
        self.added = tuple(
            group for group, name in owners.items() if not self._offers[name].plugin.startswith(BUILT_IN)
        )

    @classmethod
    def besides_built_in(cls, segments: Mapping[str, Segment]) -> Segments:
        """The built-in segments and these, which no plugin offers."""
        return cls(_BUILT_IN | of_session(segments))

    def assignments(self, events: Mapping[str, AnyArray]) -> tuple[tuple[Assignment, ...], list[PluginFault]]:
        """The groups of these test events, and what segments raised; a segment that raised has no events.

        Args:
            events: the table of test events, column → (n,) array.
        """
        assignments, faults = [], []
        for name, segment in self._segments.items():
            try:
                group = self._group(name, events)
            except PluginFault as error:
                faults.append(error)
                group = np.full(len(events["time"]), -1)
            assignments.append(Assignment(segment.groups, group))
        return tuple(assignments), faults

    def _group(self, name: str, events: Mapping[str, AnyArray]) -> IntArray:
        segment, plugin = self._segments[name], self._offers[name].plugin
        given = segment_events(events, segment.features)
        missing = [feature for feature in segment.features if feature not in given.features]
        if missing:
            raise PluginFault(
                f"segment {name!r} of plugin {plugin!r} needs the feature {missing[0]!r}, which was not recorded",
                remedy="run again with the plugin, on a stream that has the feature",
            )
        group = np.asarray(guarded(plugin, f"segment {name!r}", segment.of)(given))
        if group.shape != (len(given),) or group.dtype.kind not in "iub":
            raise PluginFault(
                f"segment {name!r} of plugin {plugin!r} gives {form_of(group)} for {len(given)} events",
                remedy="one whole number for each event",
            )
        if len(group) and not -1 <= int(group.min()) <= int(group.max()) < len(segment.groups):
            raise PluginFault(
                f"segment {name!r} of plugin {plugin!r} gives numbers from {group.min()} to {group.max()}",
                remedy=f"−1 to {len(segment.groups) - 1}",
            )
        return group.astype(np.int64)
