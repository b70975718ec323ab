"""Files that start the tool at log-in, for this user alone: a systemd unit, a Windows task."""

import sys
from pathlib import Path
from xml.sax.saxutils import escape

from renkei.errors import UsageError

VERBS = frozenset({"watch", "listen", "pages"})


class BadAutostartError(UsageError):
    """There is no such file to write."""


def autostart(folder: Path, verb: str, system: str) -> str:
    """Return the file that starts `renkei hospital VERB` at log-in; it asks for no rights.

    Raises:
        BadAutostartError: The verb does not run on, or the system is neither linux nor windows.
    """
    if verb not in VERBS or system not in {"linux", "windows"}:
        raise BadAutostartError("Name watch, listen or pages, and linux or windows.")
    return (_unit if system == "linux" else _task)(verb, folder.absolute())


def _unit(verb: str, folder: Path) -> str:
    quoted = f'"{sys.executable}" -m renkei hospital {verb} --site "{folder}"'
    return f"""\
[Unit]
Description=Renkei hospital tool: {verb}

[Service]
ExecStart={quoted.replace("%", "%%")}
Restart=on-failure
RestartSec=30
UMask=0077

[Install]
WantedBy=default.target
"""


def _task(verb: str, folder: Path) -> str:
    arguments = escape(f'-m renkei hospital {verb} --site "{folder}"')
    return f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
  <Principals><Principal id="Author"><LogonType>InteractiveToken</LogonType>\
<RunLevel>LeastPrivilege</RunLevel></Principal></Principals>
  <Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\
<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>\
<RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure></Settings>
  <Actions Context="Author"><Exec><Command>{escape(sys.executable)}</Command>\
<Arguments>{arguments}</Arguments></Exec></Actions>
</Task>
"""
