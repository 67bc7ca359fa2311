"""The command that says of every tag whom it holds, why it holds nobody, and which strategies use it.

Belongs here: reading arguments, printing. Not here: what there is to say (tag_report.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from assets.dbt_runner import MANIFEST
from orchestration.commands import open_home, require_folder_of, stop, tell
from orchestration.console import draw
from orchestration.published_views import NotPublishedError
from orchestration.tag_report import answers, page, report_of


def tags(
    markdown: Annotated[Path | None, typer.Option(help="a file for the same as a page; an earlier one is replaced")] = None,
) -> None:
    """Every tag: whom it holds, why it holds nobody, which strategies use it."""
    _, home = open_home()
    try:
        report = report_of(home.published, json.loads(MANIFEST.read_text(encoding="utf-8")))
    except NotPublishedError as error:
        raise stop(escape(str(error))) from None
    for answer in answers(report):
        draw(answer)
    if markdown is not None:
        require_folder_of(markdown)
        markdown.write_text(page(report, f"make tags MARKDOWN={markdown}"), encoding="utf-8")
        tell(escape(f"Written to {markdown}"))
