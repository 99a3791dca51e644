"""All mutants in one build, each behind a switch; the tests are run once for each, which takes a second and no compiler.

It knows how to build and to ask; what is mutated, and which tests judge, is for `run` to say. A mutant whose change does not compile in its
place is left out, and is for `cargo mutants` itself.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 60
MERGE = ["admission", "bases", "carts", "limits", "planning", "policy", "preferences", "hostile", "times", "wire"]
PARTS = {"merge": [f"merge::tests::{part}" for part in MERGE], "simulator": ["merge::tests::simulator"], "obligations": ["merge::tests::obligations"]}


class Switched:
    """A copy of the tree with switches, its test programs, and which of them reaches which mutant."""

    def __init__(self, root, tree, environment):
        self.root, self.tree = root, tree
        self.environment = {**os.environ, **environment, "CARGO_TARGET_DIR": str(root / "target"), "RUST_BACKTRACE": "0"}

    def cargo(self, *args, **more):
        return subprocess.run(["nice", "-n", "10", "cargo", *args], cwd=self.tree, env=self.environment, text=True, capture_output=True, **more)

    def put_in(self, mutants, outside, copy):
        """Puts in all that compile. Gives those that did not, or have no place; and of them those that compile nowhere: what a function is
        to return is no value of its type, as much behind `return` as in the place of its body."""
        subprocess.run(
            ["nice", "-n", "10", "cargo", "build", "--quiet", "--release", "--manifest-path", str(HERE / "switch/Cargo.toml"), "--target-dir", str(self.root / "target/switch")],
            check=True,
        )
        list_file = self.tree.parent / "list.json"
        list_file.write_text(json.dumps(mutants))
        outside, unviable = set(outside), set()
        while True:
            copy()
            program = self.root / "target/switch/release/orderslip-mutant-switch"
            placed = subprocess.run([program, self.tree, list_file, *map(str, sorted(outside))], check=True, text=True, capture_output=True)
            lib = self.tree / "src/lib.rs"
            lib.write_text(lib.read_text().replace("\nmod error;", "\n#[allow(warnings, clippy::all)]\nmod switched;\nmod error;", 1))
            faulty, exact = self.faulty()
            unviable |= {number for number in exact if mutants[number]["genre"] == "FnValue"}
            print(f"switched: {len(placed.stdout.split())} placed, {len(faulty)} of them do not compile", flush=True)
            if not faulty:
                return set(range(len(mutants))) - set(map(int, placed.stdout.split())), unviable
            outside |= faulty

    def faulty(self):
        """The mutants on or near whose lines the compiler finds a fault, and those whose own line has one of types."""
        checked = self.cargo("check", "--profile", "mutants", "--lib", "--features", "axum,testing", "--message-format", "json")
        found, exact = set(), set()
        messages = [json.loads(line) for line in checked.stdout.splitlines() if line.startswith("{")]
        errors = [m["message"] for m in messages if m.get("reason") == "compiler-message" and m["message"]["level"] == "error"]
        for error in errors:
            spans = sorted(error["spans"], key=lambda span: not span["is_primary"])
            for reach in (0, 1, 4, 12):
                ids = set()
                for span in spans:
                    path = self.tree / span["file_name"]
                    if path.exists():
                        lines = path.read_text().splitlines()[max(span["line_start"] - 1 - reach, 0) : span["line_end"] + reach]
                        ids |= {int(number) for number in re.findall(r"switched::on\((\d+)\)", "\n".join(lines))}
                    if ids:
                        break
                if ids:
                    found |= ids
                    is_of_types = (error.get("code") or {}).get("code") in ("E0277", "E0308", "E0599", "E0425", "E0433", "E0282", "E0283")
                    exact |= ids if reach == 0 and is_of_types else set()
                    break
        if errors and not found:
            raise SystemExit("\n".join(error["rendered"] for error in errors[:3]))
        return found, exact

    def build(self, tests):
        """The test programs, by name; `lib` is that of the unit tests."""
        targets = ["--lib", *(part for test in tests for part in ("--test", test))]
        built = self.cargo("test", "--profile", "mutants", "--no-run", "--message-format", "json", *targets)
        if built.returncode != 0:
            raise SystemExit(built.stderr[-4000:])
        messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
        self.programs = {}
        for message in messages:
            if message.get("reason") == "compiler-artifact" and message.get("executable") and message["profile"]["test"]:
                name = message["target"]["name"]
                self.programs["lib" if "lib" in message["target"]["kind"] else name] = message["executable"]

    def reach(self, skipped, parts):
        """Which mutants each program comes past; and that it passes without one."""
        self.reached = collections.defaultdict(list)
        leave_out = [part for name in skipped for part in ("--skip", name)]
        self.arguments = {name: leave_out for name in self.programs}
        # The unit tests of merging take longer than all others together: programs of their own, as it were, the quickest first.
        self.arguments["lib"] = ["--skip", "merge::tests", *leave_out]
        for name, part in ((name, PARTS[name]) for name in parts):
            self.programs[name], self.arguments[name] = self.programs["lib"], [*part, *leave_out]
        self.forget_seeds()
        for name in self.programs:
            told = self.tree.parent / f"reached-{name}"
            told.unlink(missing_ok=True)
            if not self.passes(name, {"MUTANTS_REACHED": str(told)}, 10 * SECONDS):
                raise SystemExit(f"{name} fails without a mutant")
            for mutant in set(told.read_text().split()) if told.exists() else ():
                self.reached[int(mutant)].append(name)

    def passes(self, name, more, seconds=SECONDS):
        """True, False, or None if it took too long."""
        process = subprocess.Popen(
            ["nice", "-n", "10", self.programs[name], "-q", *self.arguments[name]],
            cwd=self.tree,
            env={**self.environment, "CARGO_MANIFEST_DIR": str(self.tree), **more},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def forget_seeds(self):
        """What properties write down when they fail: no mutant is judged by another's."""
        shutil.rmtree(self.tree / "proptest-regressions", ignore_errors=True)
        for path in (self.tree / "tests").rglob("*.proptest-regressions"):
            path.unlink()

    def verdict(self, mutant, order):
        """Whether a test fails for it: the first program in the order that does says so."""
        names = [name for name in order if name in self.reached[mutant]]
        for name in names:
            passes = self.passes(name, {"MUTANT": str(mutant)})
            if passes is None:
                return "timeout", name
            if not passes:
                self.forget_seeds()
                return "caught", name
        return "missed", None
