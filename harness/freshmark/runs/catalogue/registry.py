"""Registry: what plugins offer, by name, and the objects that expressions build."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import Signature
from pathlib import Path
from typing import Any

import pluggy

from freshmark.contract.hookspecs import Factory
from freshmark.discovery.faults import broken, fault
from freshmark.discovery.lazy import loaded, place_within
from freshmark.discovery.plugins import blocked_in, find_plugins
from freshmark.errors import PluginError, UnknownName
from freshmark.runs.catalogue.assembly import Assembly
from freshmark.runs.catalogue.expressions import is_name
from freshmark.runs.catalogue.static_signatures import file_of, first_line, first_line_of, option_notes, signature_at

KINDS = {
    "strategies": "strategy",
    "models": "model",
    "streams": "stream",
    "metrics": "metric",
    "meters": "meter",
    "sections": "section",
    "reports": "report",
    "executors": "executor",
}
"""The kinds that plugins offer: plural → singular."""

_HOOKS = {kind: f"register_{kind}" for kind in KINDS} | {"streams": "register_datasets"}
_BUILT = frozenset({"strategies", "models", "streams", "meters", "executors"})  # the kinds that expressions build


@dataclass(frozen=True, slots=True)
class Offer:
    """One name that a plugin offers.

    plugin: the name of the plugin
    factory: a class or function, or the ``"module:name"`` where it is defined
    """

    plugin: str
    factory: Any


def load(
    plugins: Iterable[Path] = (),
    *,
    factories: Iterable[str] = (),
    disabled: Iterable[str] = (),
    installed: bool = True,
) -> Registry:
    """The registry of every installed plugin and of these files.

    Args:
        plugins: plain files that are plugins.
        factories: strategies that no plugin offers, as ``"module:name"``; each is called by its name.
        disabled: plugins that are not imported, besides those in ``FRESHMARK_DISABLE``.
        installed: whether to look at entry points.

    Raises:
        UnknownName: no plugin has a name that is to be blocked.
        PluginError: a plugin cannot be used; it is named.
    """
    registry = Registry(find_plugins(plugins, disabled=disabled, installed=installed))
    for place in factories:
        registry.offer("strategies", place.rpartition(":")[2], place)
    return registry


class Registry:
    """Name → factory, for each of ``KINDS``; ``datasets`` is a synonym of ``streams``.

    manager: pluggy's, with every plugin registered
    complaints: failures of observing hooks, which do not stop a run
    """

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self.manager = manager
        self.complaints: list[str] = []
        self._offers: dict[str, dict[str, Offer]] = {}

    def names(self, kind: str) -> list[str]:
        """The names of a kind, sorted."""
        return sorted(self._kind(kind))

    def noun(self, kind: str) -> str:
        """The kind in the singular."""
        return KINDS[kind_called(kind)]

    def plugin(self, kind: str, name: str) -> str:
        """The plugin that offers the name."""
        return self._offer(kind, name).plugin

    def offer(self, kind: str, name: str, factory: Factory, *, plugin: str = "this session") -> None:
        """Add a name; refused if a plugin offers it already."""
        self._add(self._kind(kind), kind, name, Offer(plugin, factory))

    def describe(self, kind: str, name: str) -> str:
        """The first line of its docstring; a module given by text is parsed, not imported."""
        factory = self._offer(kind, name).factory
        if isinstance(factory, str):
            return first_line(factory)
        return first_line_of(getattr(factory, "each", None) or getattr(factory, "whole", None) or factory)

    def signature(self, kind: str, name: str) -> Signature:
        """Its options and defaults; the module is imported only if parsing it is not enough."""
        return self.static_signature(kind, name) or _signature_of(self.factory(kind, name))

    def static_signature(self, kind: str, name: str) -> Signature | None:
        """Its options, if they are known without an import."""
        factory = self._offer(kind, name).factory
        return signature_at(factory) if isinstance(factory, str) else _signature_of(factory)

    def option_notes(self, kind: str, name: str) -> Mapping[str, str]:
        """What the options mean that it shares with others, by name; empty where it shares none."""
        factory = self._offer(kind, name).factory
        return option_notes(factory) if isinstance(factory, str) else {}

    def factory(self, kind: str, name: str) -> Any:
        """The class or function that builds it, or the Metric; imported on first use.

        Raises:
            UnknownName: nothing of that kind has the name.
            PluginError: its module cannot be imported, or has no such object.
        """
        offer = self._offer(kind, name)
        return loaded(offer.factory, offer.plugin) if isinstance(offer.factory, str) else offer.factory

    def assembly(self, kind: str, text: str) -> Assembly:
        """The expression with names and options checked; nothing is imported or built. Raises what Assembly raises."""
        return Assembly(self, kind_called(kind), text)

    def canonical(self, kind: str, text: str) -> str:
        """The canonical text of the expression, checked as by ``assembly``."""
        return str(self.assembly(kind, text).expression)

    def build(self, kind: str, text: str) -> Any:
        """The object that the expression describes."""
        return self.assembly(kind, text).build()

    def plugins(self) -> list[tuple[str, Any]]:
        """The loaded plugins: name and module."""
        return [(name, module) for name, module in self.manager.list_name_plugin() if module is not None]

    @property
    def blocked(self) -> tuple[str, ...]:
        """The plugins that were not imported because they are blocked."""
        return blocked_in(self.manager)

    def notify(self, hook: str, **facts: Any) -> None:
        """Call an observing hook (``cell_started``, ``window_done`` …) of every plugin."""
        for observer in getattr(self.manager.hook, hook).get_hookimpls():
            try:
                observer.function(**{name: facts[name] for name in observer.argnames})
            except Exception as error:  # noqa: BLE001  (a failing observer must not stop the run)
                self.complaints.append(str(fault(observer.plugin_name, f"fails in {hook}", error)))

    def module(self, kind: str, name: str) -> str:
        """The module where it is defined."""
        factory = self._offer(kind, name).factory
        return factory.partition(":")[0] if isinstance(factory, str) else str(getattr(factory, "__module__", ""))

    def file(self, kind: str, name: str) -> Path | None:
        """The file where it is defined, if known."""
        factory = self._offer(kind, name).factory
        if isinstance(factory, str):
            return file_of(factory.partition(":")[0])
        try:
            return Path(inspect.getfile(inspect.unwrap(factory)))
        except TypeError:
            return None

    def _offer(self, kind: str, name: str) -> Offer:
        offers = self._kind(kind)
        if name not in offers:
            raise UnknownName(KINDS[kind_called(kind)], name, offers)
        return offers[name]

    def _kind(self, kind: str) -> dict[str, Offer]:
        """What plugins offer of a kind; their hooks are called once."""
        kind = kind_called(kind)
        if kind not in self._offers:
            offers: dict[str, Offer] = {}
            for hook in getattr(self.manager.hook, _HOOKS[kind]).get_hookimpls():
                for name, given in _offered(hook, _HOOKS[kind]).items():
                    factory = place_within(given, hook.plugin) if isinstance(given, str) else given
                    self._add(offers, kind, name, Offer(hook.plugin_name, factory))
            self._offers[kind] = offers
        return self._offers[kind]

    @staticmethod
    def _add(offers: dict[str, Offer], kind: str, name: str, offer: Offer) -> None:
        if name in offers:
            both = f"{offers[name].plugin!r} and {offer.plugin!r}"
            raise PluginError(
                f"two plugins offer the {KINDS[kind_called(kind)]} {name!r}: {both}",
                remedy="rename one, or remove a plugin",
                code="FM306",
            )
        if kind_called(kind) in _BUILT and not is_name(name):
            raise PluginError(
                f"plugin {offer.plugin!r} offers a {KINDS[kind_called(kind)]} with the invalid name {name!r}",
                remedy="use letters, digits, _ and inner -, starting with a letter",
                code="FM307",
            )
        offers[name] = offer


def kind_called(kind: str) -> str:
    """The kind of that name; ``datasets`` are ``streams``."""
    kind = "streams" if kind == "datasets" else kind
    if kind not in KINDS:
        raise UnknownName("kind", kind, KINDS)
    return kind


def _offered(hook: Any, called: str) -> Mapping[str, Any]:
    """What the hook of one plugin returns, checked."""
    try:
        offered = hook.function()
    except Exception as error:
        raise broken(hook.plugin_name, f"fails in {called}", error) from error
    if not isinstance(offered, Mapping) or not all(isinstance(name, str) for name in offered):
        raise PluginError(
            f"{called} of plugin {hook.plugin_name!r} returns {type(offered).__name__}",
            remedy="return a mapping from names to factories",
            code="FM307",
        )
    return offered


def _signature_of(factory: Callable[..., Any]) -> Signature:
    try:
        return inspect.signature(factory)
    except (TypeError, ValueError) as error:
        raise PluginError(
            f"the options of {factory!r} cannot be read", remedy="offer a class or a function", code="FM307"
        ) from error
