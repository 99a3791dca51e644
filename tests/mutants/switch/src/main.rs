//! Puts mutants into source files, each behind a switch that an environment variable sets when a test runs.
//!
//!     switch TREE LIST [ID…]
//!
//! TREE is a copy of the library; LIST what `cargo mutants --list --json` printed for it; the IDs, which are places in the list, are left
//! out. The files are rewritten, `src/switched.rs` is added, and the IDs that were put in are printed, one a line. What stays out: what
//! stands in a constant or a `const fn`, fields of struct expressions, and operators beside `let`.

use proc_macro2::LineColumn;
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
};
use syn::{spanned::Spanned as _, visit::Visit};

/// A change, by its place in the list.
struct Mutant {
    id: usize,
    genre: String,
    replacement: String,
    start: LineColumn,
}

/// Something that is rewritten, from byte to byte, and what becomes of it.
struct Node {
    range: (usize, usize),
    what: What,
}

enum What {
    /// Statements that return early, in front of the body.
    Body(Vec<(usize, String)>),
    /// Operands, the operator, and its changes.
    Binary { left: (usize, usize), right: (usize, usize), op: String, changes: Vec<(usize, String)> },
    /// The operand, the operator, and the mutant without it.
    Unary { operand: (usize, usize), op: String, id: usize },
    /// Behind the pattern of an arm without a guard: the mutant without the arm.
    Unguarded(usize),
    /// A guard: the mutants with `true`, with `false`, without the arm.
    Guard { always: Option<usize>, never: Option<usize>, gone: Option<usize> },
}

struct Finder<'m> {
    starts: &'m [usize],
    text: &'m str,
    mutants: &'m [Mutant],
    is_const: usize,
    nodes: Vec<Node>,
    placed: BTreeSet<usize>,
}

impl Finder<'_> {
    fn at(&self, place: LineColumn) -> usize {
        let line = self.starts[place.line - 1];
        let rest = &self.text[line..];
        line + rest.char_indices().nth(place.column).map_or(rest.len(), |(at, _)| at)
    }

    fn range(&self, spanned: proc_macro2::Span) -> (usize, usize) {
        (self.at(spanned.start()), self.at(spanned.end()))
    }

    fn of(&self, genre: &str, place: LineColumn) -> Vec<(usize, String)> {
        if self.is_const > 0 {
            return Vec::new();
        }
        let found = self.mutants.iter().filter(|m| m.genre == genre && m.start == place);
        found.map(|m| (m.id, m.replacement.clone())).collect()
    }

    fn place(&mut self, range: (usize, usize), what: What, ids: impl IntoIterator<Item = usize>) {
        self.placed.extend(ids);
        self.nodes.push(Node { range, what });
    }

    fn body(&mut self, signature: &syn::Signature, block: &syn::Block) {
        self.is_const += usize::from(signature.constness.is_some());
        if let Some(first) = block.stmts.first() {
            let start = first.span().start();
            let changes = self.of("FnValue", start);
            if !changes.is_empty() {
                let at = self.at(start);
                let ids: Vec<usize> = changes.iter().map(|(id, _)| *id).collect();
                self.place((at, at), What::Body(changes), ids);
            }
        }
        self.visit_block(block);
        self.is_const -= usize::from(signature.constness.is_some());
    }
}

fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.body(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.body(&item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.body(&item.sig, block);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // Tests are not mutated.
        if !item.attrs.iter().any(|attr| {
            attr.path().is_ident("cfg")
                && matches!(&attr.meta, syn::Meta::List(list) if list.tokens.to_string().contains("test"))
        }) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let Some(init) = &local.init {
            self.visit_expr(&init.expr);
            if let Some((_, other)) = &init.diverge {
                self.visit_expr(other);
            }
        }
    }

    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let op = self.range(binary.op.span());
        let changes = self.of("BinaryOperator", binary.op.span().start());
        let beside_let = has_let(&binary.left) || has_let(&binary.right);
        if !changes.is_empty() && !beside_let {
            let (left, right) = (self.range(binary.left.span()), self.range(binary.right.span()));
            let ids: Vec<usize> = changes.iter().map(|(id, _)| *id).collect();
            let op = self.text[op.0..op.1].to_owned();
            self.place((left.0, right.1), What::Binary { left, right, op, changes }, ids);
        }
        syn::visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let op = self.range(unary.op.span());
        if let [(id, _)] = self.of("UnaryOperator", unary.op.span().start())[..] {
            let operand = self.range(unary.expr.span());
            let op = self.text[op.0..op.1].to_owned();
            self.place((self.range(unary.span()).0, operand.1), What::Unary { operand, op, id }, [id]);
        }
        syn::visit::visit_expr_unary(self, unary);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let gone = self.of("MatchArm", arm.span().start()).first().map(|(id, _)| *id);
        match &arm.guard {
            None => {
                if let Some(id) = gone {
                    let end = self.range(arm.pat.span()).1;
                    self.place((end, end), What::Unguarded(id), [id]);
                }
            }
            Some((_, guard)) if !has_let(guard) => {
                let changes = self.of("MatchArmGuard", guard.span().start());
                let with = |text: &str| changes.iter().find(|(_, to)| to == text).map(|(id, _)| *id);
                let (always, never) = (with("true"), with("false"));
                let ids: Vec<usize> = [always, never, gone].into_iter().flatten().collect();
                if !ids.is_empty() {
                    self.place(self.range(guard.span()), What::Guard { always, never, gone }, ids);
                }
                self.visit_expr(guard);
            }
            Some((_, guard)) => self.visit_expr(guard),
        }
        self.visit_expr(&arm.body);
    }
}

const ON: &str = "crate::switched::on";

/// The text from byte to byte, with all nodes in it rewritten. Each change stands on a line of its own. What is inserted in front of a node
/// is the business of whoever renders around it.
fn render(text: &str, nodes: &[Node], (from, to): (usize, usize), outer: Option<usize>) -> String {
    let inserted = |at: usize| -> String {
        let here = nodes.iter().enumerate().filter(|(_, node)| node.range == (at, at));
        here.map(|(number, _)| replaced(text, nodes, number)).collect()
    };
    let is_inside = |number: usize, node: &Node, at: usize| {
        let is_part = node.range.0 >= at && node.range.1 <= to && node.range.0 < node.range.1;
        // Of two of one range, the one that was found first is around the other.
        is_part && outer.is_none_or(|outer| number != outer && (nodes[outer].range != node.range || number > outer))
    };
    let mut out = String::new();
    let mut at = from;
    loop {
        let inside = nodes.iter().enumerate().filter(|(number, node)| is_inside(*number, node, at));
        let next = inside.min_by_key(|(number, node)| (node.range.0, usize::MAX - node.range.1, *number));
        let end = next.map_or(to, |(_, node)| node.range.0);
        let mut places: Vec<usize> =
            nodes.iter().map(|node| node.range).filter(|(a, b)| a == b).map(|(a, _)| a).collect();
        places.sort_unstable();
        places.dedup();
        places.retain(|place| (at..end).contains(place) && (outer.is_none() || *place != from));
        for place in places {
            out.push_str(&text[at..place]);
            out.push_str(&inserted(place));
            at = place;
        }
        out.push_str(&text[at..end]);
        let Some((number, node)) = next else { return out };
        if outer.is_none() || node.range.0 != from {
            out.push_str(&inserted(node.range.0));
        }
        out.push_str(&replaced(text, nodes, number));
        at = node.range.1;
    }
}

fn replaced(text: &str, nodes: &[Node], number: usize) -> String {
    let node = &nodes[number];
    let inner = |range| render(text, nodes, range, Some(number));
    match &node.what {
        What::Body(changes) => {
            let lines = changes.iter().map(|(id, to)| format!("\nif {ON}({id}) {{ return {to}; }}\n"));
            lines.collect()
        }
        What::Binary { left, right, op, changes } => {
            let (left, right) = (inner(*left), inner(*right));
            let each = |make: &dyn Fn(&str) -> String| {
                let mut out = String::new();
                for (id, to) in changes {
                    out.push_str(&format!("\nif {ON}({id}) {{ {} }} else", make(to)));
                }
                format!("{out}\n{{ {} }}", make(op))
            };
            match op.as_str() {
                "&&" | "||" => format!("({})", each(&|op| format!("({left}) {op} ({right})"))),
                "==" | "!=" | "<" | ">" | "<=" | ">=" => {
                    format!("(match (&({left}), &({right})) {{ (l_, r_) => {} }})", each(&|op| format!("l_ {op} r_")))
                }
                _ if op.ends_with('=') => each(&|op| format!("{left} {op} {right};")),
                _ => format!("(match ({left}, {right}) {{ (l_, r_) => {} }})", each(&|op| format!("l_ {op} r_"))),
            }
        }
        What::Unary { operand, op, id } => {
            let operand = inner(*operand);
            format!("(\nif {ON}({id}) {{ {operand} }} else\n{{ {op}({operand}) }})")
        }
        What::Unguarded(id) => format!("\nif !{ON}({id})\n"),
        What::Guard { always, never, gone } => {
            let guard = inner(node.range);
            let on = |id: &Option<usize>| id.map(|id| format!("\n{ON}({id})\n"));
            let mut out = format!("({guard})");
            out = on(never).map_or(out.clone(), |on| format!("(!{on} && {out})"));
            out = on(always).map_or(out.clone(), |on| format!("({on} || {out})"));
            on(gone).map_or(out.clone(), |on| format!("(!{on} && {out})"))
        }
    }
}

const SWITCHED: &str = r#"//! The switch of the mutants.
use std::{io::Write as _, sync::{LazyLock, Mutex}};
static ACTIVE: LazyLock<usize> = LazyLock::new(|| std::env::var("MUTANT").ok().and_then(|id| id.parse().ok()).unwrap_or(usize::MAX));
static REACHED: LazyLock<Option<Mutex<(std::fs::File, std::collections::HashSet<usize>)>>> = LazyLock::new(|| {
    let path = std::env::var_os("MUTANTS_REACHED")?;
    let file = std::fs::OpenOptions::new().append(true).create(true).open(path).ok()?;
    Some(Mutex::new((file, Default::default())))
});
#[inline(never)]
pub(crate) fn on(id: usize) -> bool {
    if let Some(reached) = &*REACHED {
        let mut reached = reached.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if reached.1.insert(id) {
            let _ = reached.0.write_all(format!("{id}\n").as_bytes());
        }
    }
    *ACTIVE == id
}
"#;

fn main() {
    let mut args = env::args().skip(1);
    let tree = args.next().expect("a tree");
    let list = fs::read_to_string(args.next().expect("a list")).expect("a file that can be read");
    let without: BTreeSet<usize> = args.map(|id| id.parse().expect("a number")).collect();
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    let mut files: BTreeMap<String, Vec<Mutant>> = BTreeMap::new();
    for (id, mutant) in list.as_array().expect("a list").iter().enumerate() {
        let text = |name: &str| mutant[name].as_str().expect("a text").to_owned();
        let number =
            |name: &str| usize::try_from(mutant["span"]["start"][name].as_u64().expect("a number")).expect("small");
        let start = LineColumn { line: number("line"), column: number("column") - 1 };
        let mutant = Mutant { id, genre: text("genre"), replacement: text("replacement"), start };
        let of_file = files.entry(text("file")).or_default();
        if !without.contains(&id) {
            of_file.push(mutant);
        }
    }
    for (file, mutants) in files {
        let path = format!("{tree}/{file}");
        let text = fs::read_to_string(&path).expect("a file that can be read");
        let parsed = syn::parse_file(&text).expect("a file of Rust");
        let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut finder = Finder {
            starts: &starts,
            text: &text,
            mutants: &mutants,
            is_const: 0,
            nodes: Vec::new(),
            placed: BTreeSet::new(),
        };
        finder.visit_file(&parsed);
        let (nodes, placed) = (finder.nodes, finder.placed);
        fs::write(&path, render(&text, &nodes, (0, text.len()), None)).expect("a file that can be written");
        placed.iter().for_each(|id| println!("{id}"));
    }
    fs::write(format!("{tree}/src/switched.rs"), SWITCHED).expect("a file that can be written");
}
