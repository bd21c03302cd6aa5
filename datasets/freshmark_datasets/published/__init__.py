"""Public streams: entries, downloads, checksums, licences; a plugin with an entry of its own imports from here.

Imports `logs` and `readers`, and `simulators` for planted drifts of images.
"""

from freshmark_datasets.published.entry import Entry as Entry
from freshmark_datasets.published.entry import Licence as Licence
from freshmark_datasets.published.entry import Part as Part
from freshmark_datasets.published.entry_loader import EntryLoader as EntryLoader
from freshmark_datasets.readers.options import Options as Options
