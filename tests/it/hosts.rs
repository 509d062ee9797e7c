//! Who answers a crawl: the Hub itself, and the hosts where its files lie; nobody else is asked, and all are named.

use crate::crawl::{Place, TOKEN, ended};
use crate::hub::{Manner, StandIn, World};
use crate::odd_hub::odd;

/// A Hub with a model whose card lies at another address.
fn led_to(place_of_card: String, id: &str) -> Place {
    let row = format!(
        r#"[{{"_id":"000000000000000000000001","id":"{id}","baseModels":{{"relation":"finetune","models":[{{"id":"p/q"}}]}}}}]"#
    );
    odd(move |_, path| match path.starts_with("/api/models") {
        true => (String::new(), row.clone()),
        false => (format!("HTTP/1.1 302 Go\r\nLocation: {place_of_card}{path}?Signature=secret\r\n"), String::new()),
    })
}

#[test]
fn a_card_is_fetched_where_the_hubs_files_may_lie_and_nowhere_else() {
    let world = World::new(50, 7);
    let id = world.repos.iter().find(|repo| !repo.parents.is_empty()).unwrap().id.clone();
    let store = StandIn::with(world, Manner::default());
    let host = store.address().replace("http://127.0.0.1", "localhost");
    let place = led_to(format!("http://{host}"), &id);
    let crawl = |hosts: &str| {
        let mut command = place.command(&["crawl", "--cards", "--patience", "0", "--no-licence-names"]);
        ended(command.env("MODELKIN_FILE_HOSTS", hosts).spawn().unwrap())
    };
    let ran = crawl("elsewhere.example, 127.0.0.1");
    let refused = format!(
        "/{id}/resolve/main/README.md: {{own}} leads to {host}, which is another host, and one of the two is this machine; if \
         the file lies there, set MODELKIN_FILE_HOSTS={host}"
    );
    let own = place.snapshot("hub.modelkin").provenance().crawl.as_ref().unwrap().hosts.clone();
    assert!(ran.code == 0 && own.len() == 1 && own[0].starts_with("127.0.0.1:"), "{own:?} {}", ran.err);
    assert!(ran.err.contains(&refused.replace("{own}", &own[0])) && !ran.err.contains("secret"), "{}", ran.err);
    assert!(ran.out.contains("0 read") && ran.out.contains("1 that the Hub failed to give"), "{}", ran.out);
    assert!(ran.out.contains(&format!("answered by {}\n", own[0])), "{}", ran.out);
    assert!(store.log().is_empty());

    let ran = crawl(&format!("elsewhere.example, {host}"));
    assert!(ran.code == 0 && ran.out.contains("cards: 1 read"), "{}{}", ran.out, ran.err);
    let log = store.log();
    assert!(!log.is_empty() && log.iter().all(|asked| asked.token.is_none()), "{log:?} {TOKEN}");
    assert_eq!(
        place.snapshot("hub.modelkin").provenance().crawl.as_ref().unwrap().hosts,
        [own[0].clone(), host.clone()]
    );
    assert!(ran.out.contains(&format!("answered by {}, {host}\n", own[0])), "{}", ran.out);
    let check = place.run(&["check", "--snapshot", "hub.modelkin"]);
    let said = format!("Crawled: the whole Hub at http://{}; answered by {}, {host}.", own[0], own[0]);
    assert!(check.out.replace('\n', " ").contains(&said), "{}", check.out);
    let json = place.run(&["check", "--snapshot", "hub.modelkin", "--format", "json"]).out;
    let hosts: String =
        json.split("\"answered_by\"").nth(1).unwrap().split(']').next().unwrap().split_whitespace().collect();
    assert_eq!(hosts, format!(":[\"{}\",\"{host}\"", own[0]));
    // An update that asks for nothing there leaves them named.
    let update = place.run(&["crawl", "--update", "--patience", "0"]);
    assert!(update.code == 0 && update.out.contains(&format!("answered by {}, {host}\n", own[0])), "{}", update.err);
}

#[test]
fn an_old_id_that_leads_to_another_host_has_no_fate() {
    let place = led_to("http://elsewhere.example".into(), "o/c");
    assert_eq!(place.run(&["crawl", "--patience", "0", "--no-licence-names"]).code, 0);
    let ran = place.run(&["crawl", "--renames", "--patience", "0"]);
    assert!(ran.code == 0 && ran.out.contains("1 of which the Hub said nothing"), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains(" leads to elsewhere.example, which is another host"), "{}", ran.err);
}
