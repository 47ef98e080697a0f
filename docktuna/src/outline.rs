//! A space as a flat list of parameters.

use crate::codec;
use crate::path::Path;
use crate::space::{Field, Param, Space};

/// A parameter with its stored name and the choices that make it active.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) param: &'static Param,
    /// Labels that have to be chosen first, outermost first: `optimizer` = `sgd`.
    pub(crate) when: Vec<(String, &'static str)>,
    pub(crate) doc: &'static str,
}

/// Every parameter that can occur, in field order.
pub(crate) fn declared(space: &'static Space) -> Vec<Declared> {
    let mut walk = Walk {
        path: Path::start(space),
        when: Vec::new(),
        out: Vec::new(),
    };
    walk.space(space, "", &mut |_, arms| (0..arms).collect());
    walk.out
}

/// The parameters that occur together when `label` tells the index of each chosen label; where it
/// does not know one, the arms below stay out.
pub(crate) fn active(
    space: &'static Space,
    label: impl Fn(&Declared) -> Option<usize>,
) -> Vec<Declared> {
    let mut walk = Walk {
        path: Path::start(space),
        when: Vec::new(),
        out: Vec::new(),
    };
    walk.space(space, "", &mut |declared, _| {
        label(declared).into_iter().collect()
    });
    walk.out
}

/// The parameters that the defaults give.
///
/// # Errors
///
/// The names of those that have none.
pub(crate) fn defaults(space: &'static Space) -> Result<crate::params::Params, Vec<String>> {
    let index = |label: &Declared| crate::diff::index(label, label.param.default()?);
    let (mut params, mut missing) = (crate::params::Params::default(), Vec::new());
    for declared in active(space, index) {
        let domain = declared.param.domain();
        match declared
            .param
            .default()
            .and_then(|value| domain.stored(value))
        {
            Some(stored) => params.push(&declared.name, (*domain).into(), stored),
            None => missing.push(declared.name),
        }
    }
    if missing.is_empty() {
        Ok(params)
    } else {
        Err(missing)
    }
}

/// The space as JSON, to be recorded with a study: name, distribution, condition, default and
/// description of each parameter.
pub(crate) fn outline(space: &'static Space) -> String {
    let mut params = serde_json::Map::new();
    for declared in declared(space) {
        let mut entry = serde_json::Map::new();
        let distribution = codec::write_distribution(&(*declared.param.domain()).into());
        if let Ok(distribution) = serde_json::from_str(&distribution) {
            entry.insert("distribution".into(), distribution);
        }
        if !declared.when.is_empty() {
            let when = declared
                .when
                .iter()
                .map(|(name, label)| format!("{name}={label}"));
            entry.insert("when".into(), when.collect::<Vec<_>>().into());
        }
        if let Some(default) = declared.param.default() {
            entry.insert("default".into(), default.to_string().into());
        }
        if !declared.doc.is_empty() {
            entry.insert("doc".into(), declared.doc.into());
        }
        params.insert(declared.name, entry.into());
    }
    for (name, value) in fixed(space) {
        params.insert(name, serde_json::json!({ "fixed": value }));
    }
    serde_json::Value::Object(params).to_string()
}

/// A short text that is equal for two spaces exactly when they have the same parameters, whatever
/// their order, descriptions and defaults.
pub(crate) fn fingerprint(space: &'static Space) -> String {
    let mut lines: Vec<String> = declared(space)
        .into_iter()
        .map(|declared| {
            let distribution = codec::write_distribution(&(*declared.param.domain()).into());
            format!("{} {distribution} {:?}\n", declared.name, declared.when)
        })
        .collect();
    lines.sort_unstable();
    // FNV-1a: std's hashers may change between releases of Rust, and this is kept in databases.
    let hash = lines
        .concat()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("{hash:016x}")
}

fn fixed(space: &'static Space) -> Vec<(String, &'static str)> {
    fn visit(space: &'static Space, path: &mut Path, out: &mut Vec<(String, &'static str)>) {
        match space {
            Space::Param(_) => {}
            Space::Fixed(value) => out.push((path.name().to_owned(), value)),
            Space::Group(fields) => {
                for field in *fields {
                    path.enter(field.name());
                    visit(field.space(), path, out);
                    path.leave();
                }
            }
            Space::Switch(switch) => {
                for arm in switch.arms() {
                    path.enter(arm.label());
                    visit(arm.space(), path, out);
                    path.leave();
                }
            }
        }
    }
    let mut out = Vec::new();
    visit(space, &mut Path::start(space), &mut out);
    out
}

/// Which arms of a switch with so many arms to go into.
type Arms<'a> = &'a mut dyn FnMut(&Declared, usize) -> Vec<usize>;

struct Walk {
    path: Path,
    when: Vec<(String, &'static str)>,
    out: Vec<Declared>,
}

impl Walk {
    fn space(&mut self, space: &'static Space, doc: &'static str, arms: Arms<'_>) {
        match space {
            Space::Param(param) => {
                let declared = self.here(param, doc);
                self.out.push(declared);
            }
            Space::Group(fields) => fields.iter().for_each(|field| self.field(field, arms)),
            Space::Switch(switch) => {
                let label = self.here(switch.label(), doc);
                let chosen = arms(&label, switch.arms().len());
                let name = label.name.clone();
                self.out.push(label);
                for arm in chosen
                    .into_iter()
                    .filter_map(|index| switch.arms().get(index))
                {
                    self.path.enter(arm.label());
                    self.when.push((name.clone(), arm.label()));
                    self.space(arm.space(), arm.doc(), arms);
                    self.when.pop();
                    self.path.leave();
                }
            }
            Space::Fixed(_) => {}
        }
    }

    fn field(&mut self, field: &'static Field, arms: Arms<'_>) {
        self.path.enter(field.name());
        self.space(field.space(), field.doc(), arms);
        self.path.leave();
    }

    fn here(&self, param: &'static Param, doc: &'static str) -> Declared {
        Declared {
            name: self.path.name().to_owned(),
            param,
            when: self.when.clone(),
            doc,
        }
    }
}
