"""Registry: what plugins offer, by name, and the objects that expressions build."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from inspect import Signature
from pathlib import Path
from typing import Any

import pluggy

from freshmark.contract.hookspecs import Factory
from freshmark.discovery.faults import fault
from freshmark.discovery.offers import Offer, add, offers_in
from freshmark.discovery.plugins import blocked_in, find_plugins
from freshmark.errors import PluginError, UnknownName
from freshmark.runs.catalogue.assembly import Assembly
from freshmark.runs.catalogue.expressions import is_name
from freshmark.runs.catalogue.static_signatures import file_of, first_line, first_line_of, option_notes, signature_at
from freshmark.runs.catalogue.static_tasks import tasks_at, tasks_of_class

KINDS = {
    "strategies": "strategy",
    "models": "model",
    "streams": "stream",
    "metrics": "metric",
    "segments": "segment",
    "meters": "meter",
    "sections": "section",
    "reports": "report",
    "executors": "executor",
}
"""The kinds that plugins offer: plural → singular."""

_HOOKS = {kind: f"register_{kind}" for kind in KINDS} | {"streams": "register_datasets"}
_BUILT = frozenset({"strategies", "models", "streams", "meters", "executors"})  # the kinds that expressions build


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
        offer = Offer(plugin, factory)
        _check_name(kind_called(kind), name, offer)
        add(self._kind(kind), self.noun(kind), name, offer)

    def describe(self, kind: str, name: str) -> str:
        """The first line of its docstring; a module given by text is parsed, not imported."""
        factory = self._offer(kind, name).factory
        if isinstance(factory, str):
            return first_line(factory)
        return first_line_of(getattr(factory, "documented", factory))

    def signature(self, kind: str, name: str) -> Signature:
        """Its options and defaults; the module is imported only if parsing it is not enough."""
        return self.static_signature(kind, name) or _signature_of(self.factory(kind, name))

    def tasks(self, name: str) -> tuple[str, ...]:
        """The tasks of a strategy, as far as they are known without an import; empty if they depend on its model."""
        factory = self._offer("strategies", name).factory
        return tasks_at(factory) if isinstance(factory, str) else tasks_of_class(factory)

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
        return self._offer(kind, name).thing()

    def offers(self, kind: str) -> Mapping[str, Offer]:
        """Every offer of a kind, built-in ones first, then in the order in which plugins were found."""
        return self._kind(kind)

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
            raise UnknownName(KINDS[kind_called(kind)], name, offers, offered=True)
        return offers[name]

    def _kind(self, kind: str) -> dict[str, Offer]:
        """What plugins offer of a kind; their hooks are called once."""
        kind = kind_called(kind)
        if kind not in self._offers:
            offers = offers_in(self.manager, _HOOKS[kind], KINDS[kind])
            for name, offer in offers.items():
                _check_name(kind, name, offer)
            self._offers[kind] = offers
        return self._offers[kind]


def kind_called(kind: str) -> str:
    """The kind of that name; ``datasets`` are ``streams``."""
    kind = "streams" if kind == "datasets" else kind
    if kind not in KINDS:
        raise UnknownName("kind", kind, KINDS)
    return kind


def _check_name(kind: str, name: str, offer: Offer) -> None:
    """Refuse a name that could not be written in an expression."""
    if kind in _BUILT and not is_name(name):
        raise PluginError(
            f"plugin {offer.plugin!r} offers a {KINDS[kind]} with the invalid name {name!r}",
            remedy="use letters, digits, _ and inner -, starting with a letter",
            code="FM307",
        )


def _signature_of(factory: Callable[..., Any]) -> Signature:
    try:
        return inspect.signature(factory)
    except (TypeError, ValueError) as error:
        raise PluginError(
            f"the options of {factory!r} cannot be read", remedy="offer a class or a function", code="FM307"
        ) from error
