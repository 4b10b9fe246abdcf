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
