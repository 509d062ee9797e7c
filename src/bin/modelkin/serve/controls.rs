//! What can be chosen on the page of a question: a field for each of some options of its command, as the command line has them.

use std::fmt::Write;

use clap::Arg;
use modelkin::census::Measure;
use modelkin::ink::escaped;
use modelkin::model::Relation;

use super::address::{self, Address};
use super::parts::measures;

/// The options that a page lets choose. Of the others each stays as it is in the address.
fn offered(command: &str) -> &'static [&'static str] {
    match command {
        "rank" => &["of", "by", "within", "relation", "since", "until", "top"],
        "flows" => &["by", "within", "relation", "since", "until", "top"],
        "compare" => &["by", "relation", "since", "until"],
        _ => &[],
    }
}

/// The form of a question's page, if its command offers anything. `action` is where it leads, `families` are names to choose from.
pub fn form<'n>(asked: &Address, action: &str, families: impl Iterator<Item = &'n str>) -> Option<String> {
    let command = asked.path.trim_matches('/').split('/').next()?;
    let offered = offered(command);
    if offered.is_empty() {
        return None;
    }
    let (mut out, mut hidden) = (String::new(), String::new());
    _ = writeln!(out, "<form class=\"controls\" action=\"{}\"><fieldset><legend>Choose</legend>", escaped(action));
    if command == "compare" {
        let of_path = asked.path.trim_matches('/').split_once('/').map(|(_, name)| name);
        let named = asked.query.iter().filter(|(name, _)| name == "name").map(|(_, value)| value.as_str());
        for (at, name) in of_path.into_iter().chain(named).filter(|name| !name.is_empty()).chain([""]).enumerate() {
            text(&mut out, &format!("Name {}", at + 1), "name", name, "a family, an owner/*, or a model", true);
        }
    }
    let options: Vec<&Arg> = address::known(command)?.collect();
    for name in offered {
        let option = options.iter().find(|option| option.get_long() == Some(name))?;
        let given = asked.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
        let mut values: Vec<String> =
            option.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        // Several of these may be typed with commas between them, so that they are no values to clap.
        match *name {
            "by" if values.is_empty() => values.extend(measures().map(|(name, _)| name.to_owned())),
            "relation" => values.extend(Relation::ALL.iter().map(|relation| relation.name().to_owned())),
            _ => (),
        }
        let label = name[..1].to_ascii_uppercase() + &name[1..];
        match values.is_empty() {
            true => text(&mut out, &label, name, given, placeholder(name), *name == "within"),
            false => choice(&mut out, &label, name, given, option, values),
        }
    }
    for (name, value) in asked.query.iter().filter(|(name, _)| name != "name" && !offered.contains(&name.as_str())) {
        _ = write!(hidden, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value));
    }
    _ = write!(out, "{hidden}<button>Show</button></fieldset><datalist id=\"names\">");
    families.for_each(|name| _ = write!(out, "<option value=\"{}\"></option>", escaped(name)));
    out.push_str("</datalist></form>\n");
    Some(out)
}

fn placeholder(option: &str) -> &'static str {
    match option {
        "since" | "until" => "2025-01-01",
        "within" => "a family, an owner/*, or a model",
        "top" => "20",
        _ => "",
    }
}

fn text(out: &mut String, label: &str, name: &str, given: &str, placeholder: &str, is_name: bool) {
    let names = if is_name { " list=\"names\"" } else { "" };
    let narrow = if is_name { "" } else { " class=\"narrow\"" };
    _ = writeln!(
        out,
        "<div{narrow}><label>{label} <input name=\"{name}\" autocomplete=\"off\" placeholder=\"{placeholder}\" value=\"{}\"{names}></label></div>",
        escaped(given)
    );
}

fn choice(out: &mut String, label: &str, name: &str, given: &str, option: &Arg, mut values: Vec<String>) {
    let usual = option.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    let usual = usual.unwrap_or_else(|| {
        // The measure that ranks if none is named.
        let descendants = Measure::Descendants.name();
        match name {
            "by" if values.iter().any(|value| value == descendants) => descendants.to_owned(),
            "by" => "totals".to_owned(),
            _ => "all".to_owned(),
        }
    });
    // Several at once are typed in the address alone, and stay.
    if !given.is_empty() && !values.iter().any(|value| value == given) {
        values.push(given.to_owned());
    }
    _ = write!(out, "<div class=\"narrow\"><label>{label} <select name=\"{name}\"><option value=\"\">{usual}</option>");
    for value in values.iter().filter(|value| **value != usual || *value == given) {
        let selected = if value == given { " selected" } else { "" };
        _ = write!(out, "<option{selected}>{}</option>", escaped(value));
    }
    out.push_str("</select></label></div>\n");
}
