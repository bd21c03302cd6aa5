import pytest
from freshmark.errors import PluginError
from freshmark.results.plugins import imported, offered


def test_what_installed_plugins_offer_is_found_without_a_registry():
    assert "ndcg@K" in offered("register_metrics")
    assert {"html", "markdown", "csv"} <= set(offered("register_reports"))


def test_a_text_is_imported_and_a_thing_stays():
    assert imported("json:dumps")([1]) == "[1]"
    assert imported(len) is len


@pytest.mark.parametrize("text", ["no_such_module:x", "json:no_such_name", "json"])
def test_a_text_that_names_nothing_is_refused(text):
    with pytest.raises(PluginError, match="cannot give"):
        imported(text)
