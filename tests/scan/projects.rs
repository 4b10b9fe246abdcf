//! The planted secrets of package registries, builds, shells, and of texts where no program keeps any.

use crate::makers::*;
use crate::planted::{GITHUB, GITLAB, Garden, Made, NOTHING, NPM};

pub(crate) fn registries(garden: &mut Garden) {
    let file = (".npmrc", "npmrc");
    garden.add(file.0, "registry=https://npm.acme.example/\n//npm.other.example/:_authToken=${NPM_TOKEN}\n");
    garden.plant(
        file,
        "//npm.acme.example/:_authToken=§\n",
        NPM,
        (Some("npm.acme.example"), None, Some("npm")),
    );
    garden.plant(
        file,
        "//nexus.acme.example/npm/:_auth=§\n",
        |d| basic("ada", &password(d)),
        (Some("nexus.acme.example"), Some("ada"), None),
    );
    garden.plant(
        file,
        "//art.acme.example/:username=ada\n//art.acme.example/:_password=§\n",
        |d| basic("pw", &d.letters(9)),
        (Some("art.acme.example"), Some("ada"), None),
    );
    garden.plant(
        file,
        "https-proxy=http://corp:§@proxy.corp.example:3128\n",
        password,
        (Some("proxy.corp.example:3128"), Some("corp"), None),
    );
    garden.plant(
        ("work/web/.npmrc", "npmrc"),
        "//npm.acme.example/:_authToken=\"§\"\n",
        |d| d.hex(36),
        (Some("npm.acme.example"), None, None),
    );
    garden.plant(
        (".yarnrc.yml", "yarn"),
        "npmRegistries:\n  \"https://npm.acme.example\":\n    npmAlwaysAuth: true\n    npmAuthToken: \"§\"\n",
        NPM,
        (Some("npm.acme.example"), None, Some("npm")),
    );

    let file = (".pypirc", "pypirc");
    garden.add(file.0, "[distutils]\nindex-servers =\n    pypi\n    corp\n");
    garden.plant(
        file,
        "[pypi]\nusername = __token__\npassword = §\n",
        pypi,
        (Some("pypi"), Some("__token__"), Some("pypi")),
    );
    garden.plant(
        file,
        "[corp]\nrepository: https://py.acme.example/simple/\nusername: ada\npassword: §\n",
        password,
        (Some("py.acme.example"), Some("ada"), None),
    );
    garden.plant(
        (".config/pip/pip.conf", "pip"),
        "[global]\nindex-url = https://ada:§@py.acme.example/simple\n",
        password,
        (Some("py.acme.example"), Some("ada"), None),
    );
    garden.plant(
        ("AppData/Roaming/pip/pip.ini", "pip"),
        "[global]\r\nextra-index-url = https://__token__:§@py.acme.example/simple\r\n",
        pypi,
        (Some("py.acme.example"), Some("__token__"), Some("pypi")),
    );
    garden.plant(
        ("work/ml/requirements-dev.txt", "pip"),
        "requests==2.32.0\ngit+https://§@github.com/acme/lib.git#egg=lib\n",
        GITHUB,
        (Some("github.com"), None, Some("github-classic")),
    );
    let file = (".config/pypoetry/auth.toml", "poetry");
    garden.plant(
        file,
        "[http-basic.corp]\nusername = \"ada\"\npassword = \"§\"\n",
        password,
        (Some("corp"), Some("ada"), None),
    );
    garden.plant(file, "\n[pypi-token]\nmine = \"§\"\n", pypi, (Some("mine"), None, Some("pypi")));

    let file = (".cargo/credentials.toml", "cargo");
    garden.plant(
        file,
        "[registry]\ntoken = \"§\"\n\n",
        |d| format!("cio{}", d.letters(32)),
        (Some("crates.io"), None, Some("crates")),
    );
    garden.plant(file, "[registries.corp]\ntoken = 'Bearer §'\n", |d| d.letters(40), NOTHING);
    let planted = garden.planted.last_mut().unwrap();
    planted.written = format!("Bearer {}", planted.written);
    planted.host = Some("corp");
    garden.plant((".cargo/config.toml", "cargo"), "[net]\ngit-fetch-with-cli = true\n[registries.art]\nindex = \"sparse+https://art.acme.example/cargo/\"\ntoken = \"§\" # soon gone\n", |d| d.letters(44), (Some("art.acme.example"), None, None));

    let file = (".docker/config.json", "docker");
    garden.plant(
        file,
        "{\n\t\"auths\": {\n\t\t\"https://hub.acme.example/v1/\": {\n\t\t\t\"auth\": \"§\"\n\t\t},\n",
        |d| basic("ada", &format!("dckr_pat_{}", d.letters(27))),
        (Some("hub.acme.example"), Some("ada"), Some("docker-personal")),
    );
    garden.plant(
        file,
        "\t\t\"reg.acme.example:5000\": { \"auth\": \"§\" },\n",
        |d| basic("bob", &password(d)),
        (Some("reg.acme.example:5000"), Some("bob"), None),
    );
    garden.plant(file, "\t\t\"acr.acme.example\": { \"auth\": \"\", \"identitytoken\": \"§\" },\n\t\t\"empty.example\": {}\n\t}\n}\n", |d| d.letters(60), (Some("acr.acme.example"), None, None));
    garden.plant(
        (".config/containers/auth.json", "docker"),
        "{\"auths\":{\"quay.acme.example\":{\"auth\":\"§\"}}}",
        |d| basic("ada", &password(d)),
        (Some("quay.acme.example"), Some("ada"), None),
    );
    garden.plant(
        (".gem/credentials", "gem"),
        "---\n:rubygems_api_key: §\n",
        |d| format!("rubygems_{}", d.hex(48)),
        (None, None, Some("rubygems")),
    );
}

pub(crate) fn builds(garden: &mut Garden) {
    let file = (".m2/settings.xml", "maven");
    garden.add(file.0, "<?xml version=\"1.0\"?>\n<settings>\n  <servers>\n    <!-- <password>no</password> -->\n    <server><id>a</id><password>${env.A}</password></server>\n");
    garden.plant(file, "    <server>\n      <id>nexus</id>\n      <username>ada</username>\n      <password>§</password>\n    </server>\n  </servers>\n", password, (Some("nexus"), Some("ada"), None));
    garden.plant(file, "  <proxies><proxy><host>proxy.corp.example</host><username>corp</username><password>§</password></proxy></proxies>\n</settings>\n", password, (Some("proxy.corp.example"), Some("corp"), None));
    let file = (".gradle/gradle.properties", "gradle");
    garden.plant(
        file,
        "org.gradle.jvmargs=-Xmx2g\ncorpUsername=ada\ncorpPassword=§\n",
        password,
        (None, Some("ada"), None),
    );
    garden.plant(
        file,
        "signing.password = ${x}\ngithub.token=§\n",
        GITHUB,
        (None, None, Some("github-classic")),
    );
    garden.plant((".nuget/NuGet/NuGet.Config", "nuget"), "<configuration>\n  <packageSources>\n    <add key=\"corp\" value=\"https://nuget.acme.example/v3/index.json\" />\n  </packageSources>\n  <packageSourceCredentials>\n    <corp>\n      <add key=\"Username\" value=\"ada\" />\n      <add key=\"ClearTextPassword\" value=\"§\" />\n    </corp>\n  </packageSourceCredentials>\n</configuration>\n", password, (Some("nuget.acme.example"), Some("ada"), None));
    let file = ("work/app/.gitlab-ci.yml", "ci");
    garden.plant(
        file,
        "variables:\n  GIT_DEPTH: 1\n  DEPLOY_TOKEN: \"§\"\n",
        |d| old_gitlab(d, "gldt-"),
        (None, None, Some("gitlab-deploy")),
    );
    garden.plant(
        file,
        "build:\n  script:\n    - git clone https://ci:§@git.acme.example/x.git\n",
        password,
        (Some("git.acme.example"), Some("ci"), None),
    );
    garden.plant(("work/app/.github/workflows/ci.yml", "ci"), "env:\n  GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}\nsteps:\n  - run: curl -H 'Authorization: Bearer §' https://git.acme.example\n", |d| d.letters(32), NOTHING);
    garden.plant(
        ("work/web/package.json", "project"),
        "{\"dependencies\": {\"lib\": \"git+https://ada:§@git.acme.example/lib.git\"}}\n",
        password,
        (Some("git.acme.example"), Some("ada"), None),
    );
    garden.plant(
        ("work/web/Dockerfile", "project"),
        "FROM scratch\nRUN git clone https://§@github.com/acme/x\n",
        GITHUB,
        (Some("github.com"), None, Some("github-classic")),
    );
    let file = ("work/web/.env", "dotenv");
    garden.plant(file, "DEBUG=1\nGITHUB_TOKEN=§\n", GITHUB, (None, None, Some("github-classic")));
    garden.plant(
        file,
        "DATABASE_URL=postgres://app:§@db.acme.example/app\n",
        password,
        (Some("db.acme.example"), Some("app"), None),
    );
    garden.plant(
        ("work/web/.env.local", "dotenv"),
        "export ARTIFACTORY_API_KEY='§'\n",
        |d| d.letters(30),
        NOTHING,
    );
}

pub(crate) fn shells(garden: &mut Garden) {
    let file = (".bashrc", "shell");
    garden.plant(
        file,
        "alias ll='ls -l'\nexport GITLAB_TOKEN=§\n",
        GITLAB,
        (None, None, Some("gitlab-personal")),
    );
    garden.plant(
        file,
        "export HOMEBREW_GITHUB_API_TOKEN=\"$(pass show gh)\"\nexport CORP_PASSWORD=\"§\"\n",
        password,
        NOTHING,
    );
    garden.plant((".zshenv", "shell"), "NPM_TOKEN=§ npm ci\n", NPM, (None, None, Some("npm")));
    garden.plant(
        (".config/fish/config.fish", "shell"),
        "set -gx EDITOR vi\nset -gx GITHUB_TOKEN §\n",
        GITHUB,
        (None, None, Some("github-classic")),
    );
    let file = (".bash_history", "shell-history");
    garden.plant(
        file,
        "ls\ncurl -u ada:§ https://git.acme.example/api\n",
        password,
        (None, Some("ada"), None),
    );
    garden.plant(
        file,
        "curl -H \"Authorization: token §\" https://codeberg.org/api/v1/user\n",
        |d| d.hex(40),
        (None, None, Some("hex-40")),
    );
    garden.plant(file, "docker login -u ada -p § reg.acme.example\n", password, NOTHING);
    garden.plant(
        (".zsh_history", "shell-history"),
        ": 1700000000:0;git clone https://ada:§@git.acme.example/app\n",
        password,
        (Some("git.acme.example"), Some("ada"), None),
    );
    garden.plant(
        (".zsh_history", "shell-history"),
        ": 1700000001:0;glab auth login --token §\n",
        |d| old_gitlab(d, "glpat-"),
        (None, None, Some("gitlab-personal")),
    );
}

/// Tokens where no program keeps them.
pub(crate) fn texts(garden: &mut Garden) {
    let plain: &[(&str, &str, Made, &str)] = &[
        ("notes/today.md", "- [ ] revoke `§`\n", fine_grained, "github-fine-grained"),
        ("notes/mail.txt", "Here it is: §.\n", |d| classic(d, "ghu_"), "github-app-user"),
        (
            "notes/log.txt",
            "Cloning into 'x'... x-access-token:§@github.com\n",
            |d| classic(d, "ghs_"),
            "github-installation",
        ),
        ("notes/refresh.json", "{\"refresh_token\":\"§\"}\n", |d| classic(d, "ghr_"), "github-refresh"),
        (
            "work/tf/main.tf",
            "provider \"gitlab\" {\n  token = \"§\"\n}\n",
            |d| old_gitlab(d, "glpat-"),
            "gitlab-personal",
        ),
        ("work/tf/runner.toml", "  token = \"§\"\n", |d| old_gitlab(d, "glrt-"), "gitlab-runner"),
        (
            "work/tf/old.toml",
            "registration = '§'\n",
            |d| old_gitlab(d, "GR1348941"),
            "gitlab-runner-registration",
        ),
        ("notes/app.json", "{\"secret\": \"§\"}\n", |d| format!("gloas-{}", d.hex(64)), "gitlab-oauth-app"),
        (
            "notes/jira.py",
            "AUTH = ('ada@acme.example', '§')\n",
            |d| atlassian(d, "ATATT3xFfGF0"),
            "bitbucket-api",
        ),
        (
            "notes/pipe.sh",
            "git push https://x-token-auth:\"§\"\n",
            |d| atlassian(d, "ATCTT3xFfGN0"),
            "bitbucket-access",
        ),
        (
            "notes/app-password.txt",
            "ATBB of ada\n§\n",
            |d| format!("ATBB{}", d.letters(32)),
            "bitbucket-app-password",
        ),
        ("notes/dc.properties", "x = §\n", data_center, "bitbucket-data-center"),
        ("notes/azure.yml", "pat: §\n", azure_52, "azure-devops-52"),
        ("notes/azure-new.ps1", "$pat = '§'\n", azure_84, "azure-devops"),
        ("notes/upload.cfg", "twine upload -p §\n", pypi, "pypi"),
        ("notes/publish.log", "token §\n", trusted_publishing, "crates-trusted"),
        ("notes/cargo.txt", "cargo login §\n", |d| format!("cio{}", d.letters(32)), "crates"),
        (
            "notes/hub.txt",
            "echo § | docker login --password-stdin\n",
            |d| format!("dckr_oat_{}", d.letters(32)),
            "docker-organisation",
        ),
        ("notes/art.txt", "X-JFrog §\n", jfrog, "jfrog-reference"),
        ("notes/art-old.txt", "key=§\n", |d| format!("AKCp{}", d.letters(69)), "jfrog-api-key"),
        ("notes/escaped.json", "{\"text\":\"line\\n§\\n\"}\n", NPM, "npm"),
    ];
    for (file, text, make, kind) in plain {
        garden.plant((file, "text"), text, *make, (None, None, Some(kind)));
    }
}
