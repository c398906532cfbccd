"""Random documents that query plans may support, valid and invalid."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.factories.planned_names import (
    ACTOR,
    CHANGE,
    CLIENT,
    COUPLE,
    EPISODE,
    EVENT,
    FLAG,
    INCIDENT,
    INVITATION,
    KILL,
    LINK,
    OF_EVENTS,
    PHASE,
    PLACES,
    RUN,
    SIZES,
    SUPPLIER,
    UNPLANNED,
    VARIABLES,
)


@dataclass
class DocumentGenerator:
    """Generates documents with variables; each request differs."""

    random: Random
    ids: dict[str, list[str]]
    fragments: list[str] = field(default_factory=list)

    def request(self) -> dict[str, Any]:
        roots = [self._root() for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        names = [f"{'' if i == 0 else f'r{i}: '}{root}" for i, root in enumerate(roots)]
        if self._chance(10):
            names.append("__typename")
        body = " ".join([f"{{ u: __typename {' '.join(names)} }}", *self.fragments])
        used = [f"${name}: {kind}" for name, kind in VARIABLES.items() if f"${name}" in body]
        query = f"query Q{f'({chr(44).join(used)})' if used else ''} {body}"
        body_of_request: dict[str, Any] = {"query": query, "variables": self._variables()}
        if self._chance(20):
            body_of_request["operationName"] = "Q"
        return body_of_request

    def _variables(self) -> dict[str, Any]:
        choice = self.random.choice
        variables: dict[str, Any] = {"yes": choice((True, True, False, None))}
        for name, values in {
            "first": (1, 3, None, 200, "2", 2.0),
            "after": (None, *self.ids["cursors"]),
            "no": (True, False),
            "enabled": (True, False, None),
            "phase": (*self.ids["phases"], "LaunchPhase", None),
            "status": (["PLANNED", "COMPLETED"], [], None, "PLANNED", ["PLANNED"] * 3, ["NO"]),
            "vendor": ("VENUE", None, "venue"),
            "stage": ("ADDED", "CONNECTED", None),
            "since": ("2026-10-01T00:00:05Z", "2026-10-01T02:00:05.5+02:00", "yesterday", None),
            "states": (["OPEN", "CLOSED"], [], None, ["NO"]),
            "severities": (["HIGH"], ["HIGH", "LOW", "HIGH"], None),
            "unused": (1,),
        }.items():
            if self._chance(2):
                variables[name] = choice(values)
        if self._chance(2):
            variables["yes"] = True
        return variables

    def _root(self) -> str:
        return self.random.choice(
            (
                self._flags, self._flag, self._phase, self._phases, self._suppliers, self._couples,
                self._incidents, self._changes, self._events,
            )
        )()  # fmt: skip

    def _flags(self) -> str:
        filters = self._some(
            ("enabled: $enabled", "phaseId: $phase", "enabled: true", 'search: "flag"'), 4
        )
        if sum("enabled" in item for item in filters) > 1:
            filters = []
        return f"featureFlags{self._page(filters)} {self._connection(self._flag_fields)}"

    def _flag(self) -> str:
        key = self.random.choice(("flag_1", "flag_7", "none", "\\u0041"))
        return f'featureFlag(key: "{key}") {{ {self._flag_fields()} }}'

    def _phase(self) -> str:
        selector = self.random.choice(
            ('key: "phase_1"', 'key: "phase_2"', "id: $phase", 'key: "none"', "key: null",
             "id: $phase, key: null",
             'id: "bad"', f'id: "{self.ids["phases"][0]}"', 'key: "phase_3", id: $phase')
        )  # fmt: skip
        return f"launchPhase({selector}) {{ {self._phase_fields()} }}"

    def _phases(self) -> str:
        arguments = self.random.choice(
            ("", "(status: $status)", "(status: [PLANNED])", "(status: [])")
        )
        return f"launchPhases{arguments} {{ {self._phase_fields()} }}"

    def _suppliers(self) -> str:
        filters = self._some(("vendorType: $vendor",), 2)
        return f"suppliers{self._page(filters)} {self._connection(self._supplier_fields)}"

    def _couples(self) -> str:
        return f"couples{self._page([])} {self._connection(lambda: self._fields(COUPLE))}"

    def _incidents(self) -> str:
        filters = self._some(("severity: $severities", "number: 3", "phaseId: $phase"), 4)
        status = self.random.choice(("", "status: $states", "status: null", "status: [OPEN]"))
        arguments = [*filters, *([status] if status else [])]
        return f"incidents{self._page(arguments)} {self._connection(self._incident_fields)}"

    def _changes(self) -> str:
        filters = self._some(
            ("since: $since", "subject: [FLAG, PHASE]", 'action: ["switched on"]',
             "until: $since", "kind: [CREATED]"), 4
        )  # fmt: skip
        return f"changes{self._page(filters)} {self._uncounted(self._change_fields)}"

    def _events(self) -> str:
        filters = self._some(("since: $since", "phaseId: $phase"), 4)
        order = self.random.choice(
            ("", "newestFirst: true", "newestFirst: false", "newestFirst: $no")
        )
        arguments = [*filters, *([order] if order else [])]
        return f"launchEvents{self._page(arguments)} {self._uncounted(self._event_fields)}"

    def _incident_fields(self) -> str:
        parts = [self._fields(INCIDENT, "Incident")]
        parts += self._some(
            (f"currentEpisode {{ {self._fields(EPISODE)} phase {{ key }} }}",
             f"acknowledgedBy {self._actor()}", "assignee { id role }", "phase { key name }"), 3
        )  # fmt: skip
        return " ".join(parts)

    def _change_fields(self) -> str:
        subject = "__typename id ... on FeatureFlag { key } ... on ApiToken { name }"
        parts = [self._fields(CHANGE, "Change")]
        parts += self._some(
            (f"actor {self._actor()}", f"subject {{ {subject} }}", "run { id number }",
             "diff { field before after }"), 3
        )  # fmt: skip
        return " ".join(parts)

    def _event_fields(self) -> str:
        parts = [self._fields(EVENT), *self._some(OF_EVENTS, 4)]
        return " ".join([*parts, *self._some((f"actor {self._actor()}",), 2)])

    def _actor(self) -> str:
        kept = [item.split(":") for item in self.random.sample(ACTOR, self.random.randint(1, 6))]
        return f"{{ __typename {' '.join(f'... on {on} {{ {name} }}' for on, name in kept)} }}"

    def _uncounted(self, node: Any) -> str:  # noqa: ANN401 - a method
        return self._connection(node).replace("totalCount", "")

    def _supplier_fields(self) -> str:
        parts = [self._fields(SUPPLIER, "Supplier")]
        for index in range(self.random.choice((0, 1, 1, 2))):
            filters = self._some(("status: $stage",), 2)
            page = self._page(filters) or "(first: 2)"
            parts.append(f"c{index}: clients{page} {self._connection(self._client_fields)}")
        return " ".join(parts)

    def _client_fields(self) -> str:
        parts = [self._fields(CLIENT, "Client")]
        if self._chance(2):
            couple = f"couple {{ {self._fields(COUPLE)} }}" if self._chance(3) else ""
            parts.append(f"invitation {{ {self._fields(INVITATION)} {couple} }}")
        elif self._chance(2):
            parts.append(f"couple {{ {self._fields(COUPLE)} }}")
        return " ".join(parts)

    def _phase_fields(self) -> str:
        parts = [self._fields(PHASE, "LaunchPhase")]
        if self._chance(2) or self._chance(2):
            flag = f"flag {{ {self._fields(FLAG)} }}" if self._chance(2) else ""
            parts.append(f"flags {{ {self._fields(LINK)} {flag} }}")
        return " ".join(parts)

    def _flag_fields(self) -> str:
        phase = f"phase {{ {self._fields(PHASE)} }}" if self._chance(3) else ""
        if not phase and self._chance(3):
            inner = f"phase {{ {self._fields(PHASE)} }}" if self._chance(2) else ""
            phase = f"run {{ {self._fields(RUN)} {inner} }}"
        if self._chance(3):
            phase += f" kill {{ {self._fields(KILL)} }}"
        return f"{self._fields(FLAG, 'FeatureFlag')} {phase}"

    def _fields(self, names: list[str], kind: str = "") -> str:
        fields = [
            self._field(name)
            for name in self.random.sample(names, self.random.randint(1, len(names)))
        ]
        if kind and self._chance(12):
            fields.append(UNPLANNED.get(kind, ""))
        if kind and self._chance(3):
            name, inner = f"F{len(self.fragments)}", " ".join(self.random.sample(names, 2))
            on = self.random.choice((f"{kind} {{ {inner} }}", "Node { id }"))
            self.fragments.append(f"fragment {name} on {on}")
            fields.append(f"...{name} {self._condition()}")
        if kind and self._chance(6):
            fields.append(f"... on {kind} {self._condition()} {{ {self._field(names[0])} }}")
        return " ".join(fields)

    def _field(self, name: str) -> str:
        alias = f"a{self.random.randint(0, 10**6)}: " if self._chance(5) else ""
        return f"{alias}{name} {self._condition() if self._chance(6) else ''}"

    def _condition(self) -> str:
        return self.random.choice(
            ("", "@skip(if: $no)", "@include(if: $yes)", "@include(if: true)", "@skip(if: false)",
             "@include(if: $yes) @skip(if: $no)")
        )  # fmt: skip

    def _page(self, filters: list[str]) -> str:
        arguments = list(filters)
        size = self.random.choice(SIZES) if self._chance(3) else self.random.choice(SIZES[:5])
        side = self.random.choice(("first", "first", "first", "last"))
        if self.random.random() < 0.9:
            arguments.append(f"{side}: {size}")
        if self._chance(15):
            arguments.append("last: 1" if side == "first" else "first: 1")
        for name in ("after", "before"):
            if self._chance(4):
                arguments.append(f"{name}: {self._place()}")
        return f"({', '.join(arguments)})" if arguments else ""

    def _place(self) -> str:
        if self._chance(4):
            place = self.random.choice(PLACES)
            return "$after" if place == "$none" else place
        return json.dumps(self.random.choice(self.ids["cursors"]))

    def _connection(self, node: Any) -> str:  # noqa: ANN401 - a method
        parts = []
        if self.random.random() < 0.8:
            parts.append(f"nodes {{ {node()} }}")
        if self._chance(3):
            parts.append(f"edges {{ __typename cursor node {{ {node()} }} }}")
        if self._chance(2):
            info = " ".join(
                self._some(("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"), 2)
            )
            parts.append(f"pageInfo {{ __typename {info} }}")
        if self._chance(3):
            parts.append("totalCount")
        return f"{{ __typename {' '.join(parts)} }}"

    def _some(self, items: tuple[str, ...], one_in: int) -> list[str]:
        return [item for item in items if self._chance(one_in)]

    def _chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0
