"""Lands one date and is killed while it does. Arguments: mapping file, landing folder, book, time zone."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

from integrations.sources.access import Access
from integrations.sources.book import Book
from integrations.sources.extract import Extractor
from integrations.sources.mapping_file import load_mapping

mapping, landing, book, time_zone = sys.argv[1:]
access = Access(os.environ, time_zone, attempts=3, backoff_seconds=0)
list(Extractor(load_mapping(Path(mapping)), Path(landing), Book(Path(book)), access).run(date(2026, 3, 1)))
