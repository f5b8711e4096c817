//! The house: which crate may depend on which. The tables below are the picture in docs/ARCHITECTURE.md; a change of one
//! is a change of the other.

use anyhow::{Result, bail};

use crate::metadata::{Dependency, Kind, Metadata};
use crate::report;

/// What a crate may name in `[dependencies]` and `[build-dependencies]`.
enum May {
    /// These crates of the workspace.
    Use(&'static [&'static str]),
    /// Every crate of the workspace but the chores: it stands on top.
    UseAll,
}

/// Every crate of the workspace, from the ground up.
const HOUSE: &[(&str, May)] = &[
    ("kuma-types", May::Use(&[])),
    ("kuma-net", May::Use(&[])),
    ("kuma-llm", May::Use(&["kuma-types", "kuma-net"])),
    ("kuma-local", May::Use(&["kuma-llm", "kuma-types"])),
    ("kuma-agent", May::Use(ENGINE)),
    ("kuma-store", May::Use(ENGINE)),
    ("kuma-queue", May::Use(ENGINE)),
    ("kuma-documents", May::Use(ENGINE)),
    ("kuma-mcp", May::Use(ENGINE)),
    (
        "kuma-app",
        May::Use(&[
            "kuma-agent",
            "kuma-store",
            "kuma-queue",
            "kuma-documents",
            "kuma-mcp",
            "kuma-llm",
            "kuma-types",
            "kuma-net",
        ]),
    ),
    ("kuma-tools", May::Use(&["kuma-app", "kuma-agent", "kuma-llm", "kuma-net", "kuma-types"])),
    ("kuma-server", May::Use(&["kuma-app", "kuma-types"])),
    ("kuma", May::UseAll),
    ("kuma-testkit", May::Use(ENGINE)),
    ("kuma-bench", May::UseAll),
    ("kuma-torture", May::UseAll),
    ("xtask", May::Use(&[])),
];

/// The engines stand side by side on the model ports and never on each other.
const ENGINE: &[&str] = &["kuma-llm", "kuma-types", "kuma-net"];

/// Programs of the repository, not parts of the product: nothing may depend on them in any way.
const CHORES: &[&str] = &["xtask", "kuma-bench", "kuma-torture"];

/// Fakes for tests: a dev-dependency of anybody, a dependency of the programs of the repository only.
const TESTKIT: &str = "kuma-testkit";

/// Libraries that belong to certain crates, so that replacing one touches only those. A dev-dependency is free.
const FENCED: &[(&str, &[&str])] = &[
    ("axum", &["kuma-server", "kuma", "kuma-testkit", "kuma-bench"]),
    ("sea-orm", &["kuma-store"]),
    ("sea-orm-migration", &["kuma-store"]),
    ("genai", &["kuma-llm"]),
    ("anyhow", &["kuma", "xtask", "kuma-bench", "kuma-torture"]),
    ("llama-cpp-2", &["kuma-local"]),
    ("rten", &["kuma-local"]),
    ("sqlite-vec", &["kuma-store"]),
    ("object_store", &["kuma-app"]),
    ("rmcp", &["kuma-mcp", "kuma-server"]),
];

/// Fails with one sentence per broken rule.
pub(crate) fn check(metadata: &Metadata) -> Result<()> {
    let broken = violations(metadata);
    if broken.is_empty() {
        report::line(format_args!("layers: {} crates, all arrows point down", metadata.packages.len()));
        return Ok(());
    }
    for sentence in &broken {
        report::complaint(sentence);
    }
    bail!("{} of the rules in xtask/src/layers.rs are broken", broken.len());
}

fn violations(metadata: &Metadata) -> Vec<String> {
    let mut broken = Vec::new();
    for package in &metadata.packages {
        let Some((_, may)) = HOUSE.iter().find(|(name, _)| *name == package.name) else {
            broken.push(format!(
                "{} has no place in the house: add it to HOUSE in xtask/src/layers.rs and to docs/ARCHITECTURE.md",
                package.name
            ));
            continue;
        };
        let member = |name: &str| metadata.packages.iter().any(|other| other.name == name);
        for dependency in &package.dependencies {
            let sentence =
                if member(&dependency.name) || HOUSE.iter().any(|(name, _)| *name == dependency.name) {
                    inside(&package.name, may, dependency)
                } else {
                    outside(&package.name, dependency)
                };
            broken.extend(sentence);
        }
    }
    broken
}

/// The rules between crates of the workspace.
fn inside(package: &str, may: &May, dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    if CHORES.contains(&name) {
        return Some(format!(
            "{package} depends on {name}: that is a program of the repository, nothing may use it"
        ));
    }
    if dependency.kind == Kind::Dev {
        return None;
    }
    if name == TESTKIT && !CHORES.contains(&package) {
        return Some(format!(
            "{package} depends on {TESTKIT}: it holds fakes and may only be a dev-dependency"
        ));
    }
    match may {
        May::Use(allowed) if !allowed.contains(&name) => {
            let allowed = if allowed.is_empty() { "no other crate".to_owned() } else { allowed.join(", ") };
            Some(format!("{package} depends on {name}: it may use {allowed}"))
        }
        May::Use(_) | May::UseAll => None,
    }
}

/// The rules about libraries from outside.
fn outside(package: &str, dependency: &Dependency) -> Option<String> {
    let (library, homes) = FENCED.iter().find(|(library, _)| *library == dependency.name)?;
    if dependency.kind == Kind::Dev || homes.contains(&package) {
        return None;
    }
    Some(format!("{package} depends on {library}: that library belongs to {}", homes.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate and its dependencies with their kinds as cargo writes them.
    type Sketch<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)]);

    /// A workspace of these crates.
    fn workspace(crates: &[Sketch<'_>]) -> Metadata {
        let packages: Vec<_> = crates
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<_> = dependencies
                    .iter()
                    .map(|(name, kind)| serde_json::json!({"name": name, "kind": kind, "req": "*", "path": "x"}))
                    .collect();
                serde_json::json!({"name": name, "version": "0.1.0", "dependencies": dependencies})
            })
            .collect();
        serde_json::from_value(serde_json::json!({"packages": packages, "version": 1}))
            .expect("a metadata document")
    }

    fn only_violation(crates: &[Sketch<'_>]) -> String {
        let broken = violations(&workspace(crates));
        assert_eq!(broken.len(), 1, "{broken:?}");
        broken[0].clone()
    }

    #[test]
    fn the_picture_itself_is_accepted() {
        let everything: Vec<_> = HOUSE
            .iter()
            .map(|(name, may)| {
                let dependencies = match may {
                    May::Use(allowed) => allowed.iter().map(|name| (*name, None)).collect(),
                    May::UseAll => vec![("kuma-server", None), ("kuma-types", None)],
                };
                (*name, dependencies)
            })
            .collect();
        let borrowed: Vec<_> = everything.iter().map(|(name, list)| (*name, list.as_slice())).collect();
        assert_eq!(violations(&workspace(&borrowed)), Vec::<String>::new());
    }

    #[test]
    fn every_crate_in_the_tables_is_part_of_the_house() {
        let known = |name: &str| HOUSE.iter().any(|(known, _)| *known == name);
        for (name, may) in HOUSE {
            if let May::Use(allowed) = may {
                assert!(allowed.iter().all(|name| known(name)), "{name}: {allowed:?}");
            }
        }
        assert!(FENCED.iter().flat_map(|(_, homes)| *homes).all(|name| known(name)));
        assert!(CHORES.iter().all(|name| known(name)) && known(TESTKIT));
    }

    #[test]
    fn an_arrow_that_points_up_is_found() {
        let sentence = only_violation(&[("kuma-types", &[("kuma-llm", None)]), ("kuma-llm", &[])]);
        assert_eq!(sentence, "kuma-types depends on kuma-llm: it may use no other crate");
    }

    #[test]
    fn an_engine_that_knows_another_engine_is_found() {
        let sentence = only_violation(&[("kuma-store", &[("kuma-types", None), ("kuma-queue", None)])]);
        assert_eq!(sentence, "kuma-store depends on kuma-queue: it may use kuma-llm, kuma-types, kuma-net");
    }

    #[test]
    fn a_build_dependency_counts_like_a_normal_one() {
        assert!(
            only_violation(&[("kuma-agent", &[("kuma-app", Some("build"))])])
                .contains("kuma-agent depends on kuma-app")
        );
    }

    #[test]
    fn a_face_that_reaches_past_the_use_cases_is_found() {
        let sentence = only_violation(&[("kuma-server", &[("kuma-store", None)])]);
        assert_eq!(sentence, "kuma-server depends on kuma-store: it may use kuma-app, kuma-types");
    }

    #[test]
    fn fakes_stay_out_of_the_product() {
        let sentence = only_violation(&[("kuma", &[(TESTKIT, None)])]);
        assert!(sentence.contains("may only be a dev-dependency"), "{sentence}");
        let fine = workspace(&[("kuma", &[(TESTKIT, Some("dev"))]), ("kuma-bench", &[(TESTKIT, None)])]);
        assert_eq!(violations(&fine), Vec::<String>::new());
    }

    #[test]
    fn nothing_uses_the_chores_even_in_tests() {
        for chore in CHORES {
            for kind in [None, Some("dev"), Some("build")] {
                let sentence = only_violation(&[("kuma", &[(chore, kind)])]);
                assert!(sentence.contains("nothing may use it"), "{sentence}");
            }
        }
    }

    #[test]
    fn a_crate_without_a_place_is_named() {
        let sentence = only_violation(&[("kuma-cellar", &[])]);
        assert!(sentence.contains("kuma-cellar has no place in the house: add it"), "{sentence}");
    }

    #[test]
    fn a_fenced_library_outside_its_home_is_found() {
        for (library, homes) in FENCED {
            let sentence = only_violation(&[("kuma-types", &[(library, None)])]);
            assert_eq!(
                sentence,
                format!("kuma-types depends on {library}: that library belongs to {}", homes.join(", "))
            );
            for home in *homes {
                assert_eq!(violations(&workspace(&[(home, &[(library, None)])])), Vec::<String>::new());
            }
            assert_eq!(
                violations(&workspace(&[("kuma-types", &[(library, Some("dev"))])])),
                Vec::<String>::new()
            );
        }
    }

    #[test]
    fn a_library_that_nobody_fenced_is_free() {
        assert_eq!(violations(&workspace(&[("kuma-types", &[("serde", None)])])), Vec::<String>::new());
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let broken = violations(&workspace(&[
            ("kuma-net", &[("kuma-types", None), ("axum", None)]),
            ("kuma-attic", &[]),
        ]));
        assert_eq!(broken.len(), 3, "{broken:?}");
    }
}
