//! Files without a secret that look as if they had some: hashes, placeholders, references, minified code, binaries.

use crate::makers::Dice;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::path::Path;

type Kind = (&'static str, fn(&mut Dice) -> Vec<u8>);

/// What a folder is filled with, over and over.
const KINDS: &[Kind] = &[
    ("src{}/lib.rs", |d| source(d).into_bytes()),
    ("src{}/app.py", |d| source(d).replace("fn ", "def ").into_bytes()),
    ("web{}/app.min.js", minified),
    ("web{}/package-lock.json", package_lock),
    ("src{}/Cargo.lock", cargo_lock),
    ("data{}/ids.json", uuids),
    ("data{}/blob.b64", |d| STANDARD.encode(d.bytes(3000)).into_bytes()),
    ("data{}/blob.txt", |d| wrapped(&STANDARD.encode(d.bytes(3000)))),
    ("data{}/picture.dat", |d| [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &d.bytes(2000)].concat()),
    ("data{}/SHA1SUMS", |d| sums(d, 40)),
    ("data{}/SHA256SUMS", |d| sums(d, 64)),
    ("data{}/base32.txt", |d| d.of(b"abcdefghijklmnopqrstuvwxyz234567", 52).into_bytes()),
    ("app{}.git/objects/ab/0123", |d| d.bytes(3000)),
    ("docs{}/README.md", |_| DOCUMENTATION.as_bytes().to_vec()),
    ("docs{}/tokens.md", |_| PLACEHOLDERS.as_bytes().to_vec()),
    ("ci{}/.github/workflows/build.yml", |_| WORKFLOW.as_bytes().to_vec()),
    ("ci{}/.gitlab-ci.yml", |_| GITLAB_CI.as_bytes().to_vec()),
    ("cfg{}/.npmrc", |_| {
        b"registry=https://npm.acme.example/\n//npm.acme.example/:_authToken=${NPM_TOKEN}\n".to_vec()
    }),
    ("cfg{}/.env.example", |_| b"GITHUB_TOKEN=ghp_your_token_here\nDB_PASSWORD=change-me-please\n".to_vec()),
    ("cfg{}/.env", |_| {
        b"GITHUB_TOKEN=${GH}\nDEBUG=1\nSECRET_FILE=/run/secrets/x\nAPI_TOKEN=$(pass x)\n".to_vec()
    }),
    ("cfg{}/.gitmodules", |_| b"[submodule \"lib\"]\n\turl = https://git@github.com/acme/lib.git\n".to_vec()),
    ("cfg{}/.docker/config.json", |_| {
        b"{\"auths\":{\"reg.acme.example\":{}},\"credsStore\":\"pass\"}".to_vec()
    }),
    ("cfg{}/.m2/settings.xml", |_| MAVEN.as_bytes().to_vec()),
    ("cfg{}/gradle.properties", |_| b"version=1.0\nsigning.password=${SIGNING}\n".to_vec()),
    ("cfg{}/pip.conf", |_| b"[global]\nindex-url = https://py.acme.example/simple\n".to_vec()),
    ("cfg{}/.netrc", |_| b"# machine example login x\nmachine git.acme.example login ada\n".to_vec()),
    ("cfg{}/Dockerfile", |_| b"ARG TOKEN\nRUN git clone https://x:${TOKEN}@github.com/acme/x\n".to_vec()),
    ("cfg{}/.bashrc", |_| {
        b"export GH_TOKEN=$(pass gh)\nexport EDITOR=vi\nauth() { :; }\nPATH=$PATH:/opt\n".to_vec()
    }),
    ("cfg{}/.bash_history", |_| {
        b"git push\ncurl -u $USER:$PASS https://x.example\nexport TOKEN=$(cat t)\nmkdir -p a/b/c\n".to_vec()
    }),
    ("log{}/build.log", log),
];

/// Fills `root` with so many files. The same files in every run.
pub(crate) fn fill(root: &Path, count: usize) {
    let mut dice = Dice::new(1);
    for number in 0..count {
        let (name, make) = KINDS[number % KINDS.len()];
        let path = root
            .join(format!("area{}", number / 1000))
            .join(name.replace("{}", &(number / KINDS.len()).to_string()));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, make(&mut dice)).unwrap();
    }
}

const WORDS: &[&str] = &[
    "token",
    "password",
    "secret",
    "value",
    "index",
    "parser",
    "npm_config_registry",
    "result",
    "self",
    "precio",
    "ghp_prefix",
    "decode",
    "length",
    "auth",
    "glpat",
    "pypi",
    "offset",
    "config",
    "client_secret",
    "api_key",
];

fn source(dice: &mut Dice) -> String {
    let mut text = String::from("//! A module.\n");
    for _ in 0..60 {
        let [a, b, c] = [0; 3].map(|_: i32| WORDS[dice.below(WORDS.len())]);
        text.push_str(&format!(
            "fn {a}_{b}(password: &str) -> usize {{ let {c} = \"{}\"; {c}.len() }}\n",
            dice.hex(12)
        ));
    }
    text.push_str(
        "let token = request.headers.get(\"Authorization\"); const SECRET_TOKEN: &str = \"test\";\n",
    );
    text
}

fn minified(dice: &mut Dice) -> Vec<u8> {
    let mut text = String::from("!function(e,t){");
    for _ in 0..100 {
        let (name, hash) = (dice.letters(2), dice.letters(16));
        text.push_str(&format!("var {name}=e.token||t(\"{hash}\"),n={{password:{name},auth:!0}};"));
    }
    text.push_str("}(this);\n//# sourceMappingURL=data:application/json;base64,");
    text.push_str(&STANDARD.encode(dice.bytes(3000)));
    text.into_bytes()
}

fn package_lock(dice: &mut Dice) -> Vec<u8> {
    let package = |dice: &mut Dice| {
        format!(
            "\"node_modules/{}\":{{\"resolved\":\"https://npm.acme.example/x/-/x-1.0.0.tgz\",\"integrity\":\"sha512-{}\"}}",
            dice.letters(8),
            STANDARD.encode(dice.bytes(64))
        )
    };
    let packages: Vec<String> = (0..30).map(|_| package(dice)).collect();
    format!("{{\"packages\":{{{}}}}}\n", packages.join(",\n")).into_bytes()
}

fn cargo_lock(dice: &mut Dice) -> Vec<u8> {
    (0..30)
        .map(|_| format!("[[package]]\nname = \"x\"\nchecksum = \"{}\"\n\n", dice.hex(64)))
        .collect::<String>()
        .into_bytes()
}

fn uuids(dice: &mut Dice) -> Vec<u8> {
    let one = |dice: &mut Dice| {
        format!(
            "{{\"id\":\"{}-{}-4{}-a{}-{}\",\"token\":null}}",
            dice.hex(8),
            dice.hex(4),
            dice.hex(3),
            dice.hex(3),
            dice.hex(12)
        )
    };
    let all: Vec<String> = (0..60).map(|_| one(dice)).collect();
    format!("[{}]", all.join(",")).into_bytes()
}

fn wrapped(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(76).flat_map(|line| [line, b"\n"].concat()).collect()
}

fn sums(dice: &mut Dice, length: usize) -> Vec<u8> {
    (0..50).map(|n| format!("{}  file-{n}.tar.gz\n", dice.hex(length))).collect::<String>().into_bytes()
}

fn log(dice: &mut Dice) -> Vec<u8> {
    let line = |dice: &mut Dice| {
        format!(
            "2026-01-02T03:04:05Z commit {} image sha256:{} session={}\n",
            dice.hex(40),
            dice.hex(64),
            dice.letters(24)
        )
    };
    (0..60).map(|_| line(dice)).collect::<String>().into_bytes()
}

const DOCUMENTATION: &str = "# Use\n\n    git clone https://user:password@example.com/x.git\n    curl -H 'Authorization: Bearer $TOKEN' https://x\n\
    export GITHUB_TOKEN=<your token>\n\nSet `//registry.example/:_authToken=TOKEN`. Keys look like AKIAIOSFODNN7EXAMPLE.\n";

const PLACEHOLDERS: &str = "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ghp_1234567890abcdefghijklmnopqrstuvwxyz \
    glpat-xxxxxxxxxxxxxxxxxxxx glpat-YOUR_ACCESS_TOKEN_XX npm_000000000000000000000000000000000000 \
    github_pat_XXXXXXXXXXXXXXXXXXXXXX_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX \
    dckr_pat_your_docker_token_goes_here pypi-AgEIcHlwaS5vcmcCJ... ATATT3xFfGF0... cio0123456789abcdefghijklmnopqrstuv \
    ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8 rubygems_000000000000000000000000000000000000000000000000\n";

const WORKFLOW: &str = "env:\n  GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}\n  NPM_AUTH_TOKEN: ${{ secrets.NPM }}\npermissions:\n  id-token: write\n\
    steps:\n  - run: git clone https://x:${{ secrets.T }}@github.com/acme/x\n  - run: echo $PASSWORD\n    env:\n      PASSWORD: example\n";

const GITLAB_CI: &str = "variables:\n  POSTGRES_PASSWORD: postgres\n  TOKEN_FILE: /run/token\n  DOCKER_AUTH: $CI_TOKEN\nscript:\n\
    \u{20} - docker login -u $CI_REGISTRY_USER -p $CI_REGISTRY_PASSWORD\n  - git push https://oauth2:${TOKEN}@gitlab.com/x\n";

const MAVEN: &str = "<settings><servers><server><id>x</id><username>u</username><password>${env.PW}</password></server>\
    <server><id>y</id><password>{jSMOWnoPFgsHVpMvz5VrIt5kRbzGpI8u+9EF1iFQyJQ=}</password></server></servers></settings>\n";
