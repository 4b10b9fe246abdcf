//! The table of claims: found by halving, the same as by reading every line.

use doorkey::model::name::ProfileName;
use doorkey::model::profile::claims_of;
use doorkey::model::profile_file;
use doorkey::model::route::{Origin, Scheme};
use doorkey::model::route_table;
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_origin_has_its_claims_and_no_other(hosts in proptest::collection::vec((0..6u8, 0..3u8, 0..4u8), 0..40), asked in 0..8u8, port in 0..3u8) {
        let port_of = |n: u8| [443u16, 8443, 84][usize::from(n)];
        let profiles: Vec<_> = hosts
            .iter()
            .enumerate()
            .map(|(number, (host, port, owner))| {
                let text = format!(
                    "version = 1\n[[host]]\nname = \"h{}.test\"\nport = {}\nowners = [\"o{owner}\"]\ntransport = \"https\"\n",
                    "x".repeat(usize::from(*host)), port_of(*port)
                );
                profile_file::read(&ProfileName::new(&format!("p{number}")).unwrap(), &text).unwrap()
            })
            .collect();
        let table = route_table::write(&profiles, None);
        let host = doorkey::model::name::HostName::new(&format!("h{}.test", "x".repeat(usize::from(asked)))).unwrap();
        let origin = Origin { scheme: Scheme::Https, host: host.clone(), port: port_of(port) };
        let found = route_table::read(&table, &origin).unwrap();
        let all = claims_of(&profiles);
        let wanted = all.iter().filter(|c| c.origin == origin).count();
        prop_assert_eq!(found.claims.len(), wanted);
        prop_assert!(found.claims.iter().all(|c| all.contains(c)));
        prop_assert_eq!(found.host_known, all.iter().any(|c| c.origin.host == host));
        let mut ports: Vec<u16> = all.iter().filter(|c| c.origin.host == host).map(|c| c.origin.port).collect();
        ports.sort_unstable();
        ports.dedup();
        prop_assert_eq!(route_table::ports(&table, Scheme::Https, &host), ports);
    }
}

#[test]
fn a_sessions_table_answers_for_one_profile() {
    let profile = |name: &str| {
        let text = format!(
            "version = 1\n[[host]]\nname = \"h.test\"\nowners = [\"{name}\"]\ntransport = \"https\"\n"
        );
        profile_file::read(&ProfileName::new(name).unwrap(), &text).unwrap()
    };
    let (mine, theirs) = (profile("mine"), profile("theirs"));
    let origin = Origin::parse("https://h.test").unwrap();
    let all = [mine.clone(), theirs.clone()];
    let outside = route_table::read(&route_table::write(&all, None), &origin).unwrap();
    assert!(all.iter().all(|p| outside.in_session(&p.name, "it").is_ok()));
    let inside = route_table::read(&route_table::write(&all, Some(&mine.name)), &origin).unwrap();
    // The others' claims are known, so that they are refused by name.
    assert_eq!(inside.claims, outside.claims);
    assert!(inside.in_session(&mine.name, "it").is_ok());
    let refusal = inside.in_session(&theirs.name, "it").unwrap_err();
    assert!(refusal.contains("a session of mine") && refusal.contains("it belongs to theirs"), "{refusal}");
}
