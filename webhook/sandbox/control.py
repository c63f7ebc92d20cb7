"""The control API under `/_sandbox/`: what a person, an administrator or bad luck does, for drivers over HTTP.

`GET /_sandbox/` lists every action. `POST /_sandbox/<part>/<action>` takes a JSON object of keyword arguments;
parts are the forges and `faults`, `limits`, `deliveries`, `clock`, `journal`, `sandbox`. The readings are also GETs:
`/_sandbox/requests`, `/_sandbox/deliveries`, `/_sandbox/faults`, `/_sandbox/limits`. Only meant for loopback.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from webhook.sandbox.core import ControlError, Core, Forge
from webhook.sandbox.exchange import BadJsonError, Call, Reply

Action: TypeAlias = Callable[..., Any]


class Control:
    """All actions by part and name."""

    def __init__(self, core: Core, forges: Iterable[Forge]) -> None:
        self._core = core
        self._forges = tuple(forges)
        self._actions: dict[str, Mapping[str, Action]] = {
            **{forge.name: dict(forge.controls()) for forge in self._forges},
            "faults": {"add": core.faults.add, "remove": core.faults.remove, "clear": core.faults.clear},
            "limits": {"configure": core.limits.configure, "clear": core.limits.clear},
            "deliveries": {
                "weather": core.deliveries.set_weather,
                "pause": core.deliveries.pause,
                "resume": core.deliveries.resume,
                "wait_idle": core.deliveries.wait_idle,
            },
            "clock": {"advance": core.clock.advance, "now": core.clock.now},
            "journal": {"entries": core.journal.as_json, "clear": core.journal.clear},
            "sandbox": {"reset": self.reset},
        }
        self._readings: dict[str, Callable[[Call], Any]] = {
            "": self._overview,
            "requests": self._requests,
            "deliveries": lambda _call: core.deliveries.listed(),
            "faults": lambda _call: core.faults.listed(),
            "limits": lambda _call: core.limits.listed(),
        }

    def reset(self) -> None:
        """Start over: empty forges, no faults, limits off, an empty journal. Queued deliveries are still made."""
        with self._core.lock:
            for forge in self._forges:
                forge.reset()
            self._core.faults.clear()
            self._core.limits.configure("off")
            self._core.limits.clear()
            self._core.journal.clear()
            self._core.deliveries.set_weather()
            self._core.deliveries.resume()
            self._core.clock.offset = 0.0

    def answer(self, call: Call) -> Reply:
        """Carry out one control request: 200 with the result, 404 for an unknown action, 400 if it cannot be done."""
        parts = call.path.strip("/").split("/")[1:]
        if call.method == "GET":
            reading = self._readings.get("/".join(parts))
            return Reply(200, reading(call)) if reading else Reply(404, {"error": "no such reading"})
        action = self._actions.get(parts[0], {}).get(parts[1]) if len(parts) == 2 else None  # noqa: PLR2004  # part, action
        if call.method != "POST" or action is None:
            return Reply(404, {"error": "no such action"})
        return self._carry_out(parts[0], action, call)

    def _carry_out(self, part: str, action: Action, call: Call) -> Reply:
        try:
            arguments = call.json or {}
            inspect.signature(action).bind(**arguments)
            if part not in {forge.name for forge in self._forges}:
                return Reply(200, {"result": action(**arguments)})
            with self._core.lock:
                return Reply(200, {"result": action(**arguments)})
        except BadJsonError:
            return Reply(400, {"error": "the body is not JSON"})
        except (ControlError, TypeError, ValueError) as error:
            return Reply(400, {"error": str(error)})

    def _requests(self, call: Call) -> Any:
        query = call.query
        return self._core.journal.as_json(
            int(query.get("since", "0")), forge=query.get("forge", ""), writes=query.get("writes", "") == "1"
        )

    def _overview(self, _call: Call) -> Any:
        return {
            part: {name: inspect.getdoc(action) for name, action in actions.items()}
            for part, actions in self._actions.items()
        }
