"""Show results as they come, and the totals at the end."""
import json
import sys


class Report:
    """Collects outcomes."""

    def __init__(self):
        self.outcomes = []

    def add(self, outcome):
        self.outcomes.append(outcome)
        counts = ["%d passed" % len(outcome.passed)] if outcome.passed else []
        counts += ["%d skipped" % len(outcome.skipped)] if outcome.skipped else []
        bad = bool(outcome.failed or outcome.trouble)
        if bad:
            counts.append("%d FAILED" % len(outcome.failed) if outcome.failed else outcome.trouble)
            print(outcome.output, flush=True)
        if counts:
            print("%-6s %-38s %-24s %6.1f s" % ("FAILED" if bad else "ok", outcome.name, ", ".join(counts),
                                                outcome.seconds), flush=True)

    def close(self):
        """Names what was skipped and what failed; the last line is the totals. The status to exit with."""
        passed = sum(len(outcome.passed) for outcome in self.outcomes)
        failed = [(outcome.name, name) for outcome in self.outcomes for name in outcome.failed]
        failed += [(outcome.name, outcome.trouble) for outcome in self.outcomes if outcome.trouble]
        skipped = [(outcome.name, *pair) for outcome in self.outcomes for pair in outcome.skipped]
        if skipped:
            print("\nSkipped:")
            for program, name, reason in skipped:
                print("  %s: %s: %s" % (program, name, reason))
        if failed:
            print("\nFailed:")
            for program, name in failed:
                print("  %s: %s" % (program, name))
        print("\n%d passed, %d failed, %d skipped" % (passed, len(failed), len(skipped)), flush=True)
        return 1 if failed or not passed else 0


def save(outcomes, path):
    with open(path, "w") as out:
        json.dump([vars(outcome) for outcome in outcomes], out)


def load(path, blank):
    """Outcomes that save() wrote, as objects made by `blank`."""
    with open(path) as text:
        for fields in json.load(text):
            outcome = blank(fields["name"])
            vars(outcome).update(fields)
            yield outcome


def heading(text):
    print("\n== " + text, flush=True)
    sys.stdout.flush()
