"""What no document can say: a valid cursor or token cannot be made up, `fields` leaves out what the schema requires, and some parameters exclude others."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    if not case.query:
        return
    meta = case.meta
    is_positive = meta is None or meta.generation.mode.value == "positive"
    broken = None if is_positive else getattr(meta.phase.data, "parameter", None)
    if broken != "fields":
        case.query.pop("fields", None)
    if broken != "wait":
        # Longer than a test waits for an answer.
        case.query.pop("wait", None)
    if is_positive:
        case.query.pop("cursor", None)
        case.query.pop("since", None)
        if case.query.get("status"):
            case.query.pop("sort", None)
