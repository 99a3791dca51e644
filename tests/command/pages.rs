//! The pages of `src/manual/` that show the command: what they say is typed, and what they say is answered.
//!
//! A block of `console` holds commands behind `$ ` and the lines that each prints. `…` stands for anything. `after-2h` behind the
//! word lets that much time pass before the block. The blocks of a page share one folder.

use crate::bench::Bench;
use std::process::Command;

#[test]
fn the_runbook_does_what_it_says() {
    assert!(run_page("src/manual/rotation.md") >= 18);
}

#[test]
fn the_manual_page_does_what_it_says() {
    assert!(run_page("src/manual/command.md") >= 10);
}

#[test]
fn the_page_on_troubleshooting_does_what_it_says() {
    assert!(run_page("src/manual/troubleshooting.md") >= 4);
}

#[test]
fn the_manual_page_names_every_command_and_option() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/command.md")).unwrap();
    let bench = Bench::new();
    let words = |help: &str| {
        let commands =
            help.split("Commands:").nth(1).and_then(|rest| rest.split("Options:").next()).unwrap_or_default();
        let names = commands.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
        names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut asked = 0;
    for command in words(&bench.ok("--help")) {
        let inner = if command == "keys" { words(&bench.ok("keys --help")) } else { vec![String::new()] };
        for inner in inner.iter().filter(|inner| *inner != "help" && command != "help") {
            let full = format!("{command} {inner}");
            assert!(page.contains(&format!("orderslip {}", full.trim())), "{full}");
            let help = bench.ok(&format!("{full} --help"));
            for option in help.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2) {
                let option = option.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
                assert!(page.contains(option), "{full} {option}");
                asked += 1;
            }
        }
    }
    assert!(asked > 40, "{asked}");
}

/// How many commands were run.
fn run_page(page: &str) -> usize {
    let text = std::fs::read_to_string(format!("{}/{page}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut bench = Bench::new();
    let mut run = 0;
    for block in text.split("```").skip(1).step_by(2) {
        let (first, body) = block.split_once('\n').unwrap();
        let mut words = first.split_whitespace();
        if words.next() != Some("console") {
            continue;
        }
        if let Some(after) = words.next() {
            let duration = after.strip_prefix("after-").unwrap_or_else(|| panic!("{page}: {first}"));
            bench.now += humantime::parse_duration(duration).unwrap().as_secs();
        }
        for step in body.split("$ ").filter(|step| !step.is_empty() && is_at_line_start(body, step)) {
            let (command, expected) = step.split_once('\n').unwrap();
            compare(page, command, expected, &answer(&bench, command));
            run += 1;
        }
    }
    run
}

/// `$ ` begins a command only where a line does.
fn is_at_line_start(body: &str, step: &str) -> bool {
    let at = step.as_ptr().addr() - body.as_ptr().addr();
    let before = body.split_at(at.saturating_sub(2)).0;
    before.is_empty() || before.ends_with('\n')
}

fn answer(bench: &Bench, command: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_orderslip")).parent().unwrap().to_path_buf();
    let mut path = vec![folder];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1; {command}")]).current_dir(bench.folder.path());
    shell.env("PATH", std::env::join_paths(path).unwrap()).env("ORDERSLIP_NOW", bench.now.to_string());
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

fn compare(page: &str, command: &str, expected: &str, found: &str) {
    let lines = |text: &str| text.lines().map(str::trim_end).map(str::to_owned).collect::<Vec<_>>();
    let (expected, found_lines) = (lines(expected), lines(found));
    let matches = expected.len() == found_lines.len()
        && expected.iter().zip(&found_lines).all(|(expected, found)| line_matches(expected, found));
    assert!(matches, "{page}: $ {command}\n--- as it says:\n{}\n--- as it is:\n{found}", expected.join("\n"));
}

/// The pieces between `…`, in their order, with anything between them.
fn line_matches(expected: &str, found: &str) -> bool {
    let mut pieces = expected.split('…');
    let Some(mut rest) = found.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut last = "";
    for piece in pieces {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        (rest, last) = (after, piece);
    }
    (expected.contains('…') && last.is_empty()) || rest.is_empty()
}
