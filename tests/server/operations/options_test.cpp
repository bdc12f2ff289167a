// What can be set, and what is said about mistakes.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "server/operations/configuration/read_options.hpp"
#include "server/temporary_folder.hpp"
#include "support/vectors.hpp"

namespace sotto::server {
namespace {

namespace fs = std::filesystem;

struct OptionsTest : testing::Test {
  OptionsTest() { given.flags["data"] = {"/srv/sotto"}; }

  void write(const std::string& text) {
    given.file = (folder.path / "server.toml").string();
    std::ofstream(given.file) << text;
  }
  Options read() {
    const auto options = read_options(given);
    EXPECT_TRUE(options) << (options ? "" : options.error().where + ": " + options.error().what);
    return options ? *options : Options{};
  }
  /// `where: what` of the mistake; the file's folder is left out.
  std::string mistake() {
    const auto options = read_options(given);
    if (options) return "none";
    const std::string where = options.error().where;
    const bool is_in_file = where.starts_with(folder.path.string() + "/");
    return (is_in_file ? where.substr(folder.path.string().size() + 1) : where) + ": " + options.error().what;
  }

  test::TemporaryFolder folder;
  Given given;
};

TEST_F(OptionsTest, HaveDefaults) {
  const Options options = read();
  EXPECT_EQ(options.registration, Registration::open);
  EXPECT_EQ(options.connections, 4096u);
  EXPECT_TRUE(options.sandbox);
  EXPECT_TRUE(options.per_address);
  EXPECT_FALSE(options.forwarded_for);
  EXPECT_EQ(options.socket_path(), "/srv/sotto/operations.sock");
}

TEST_F(OptionsTest, AreReadFromAFile) {
  given.flags.clear();
  write(R"(
data = "/var/lib/sotto"
listen = ["0.0.0.0:443", "[::]:443"]
listen_plain = "unix:/run/sotto/plain"
forwarded_for = true
registration = "closed"
sandbox = false

[limits]
connections = 17
request_bodies = "64MiB"
per_address = false
connections_per_address = 9

[log]
format = "json"
)");
  const Options options = read();
  EXPECT_EQ(options.data, "/var/lib/sotto");
  ASSERT_EQ(options.listen.size(), 2u);
  EXPECT_EQ(options.listen[1].host, "::");
  EXPECT_EQ(options.listen_plain.at(0).path, "/run/sotto/plain");
  EXPECT_EQ(options.registration, Registration::closed);
  EXPECT_FALSE(options.sandbox);
  EXPECT_EQ(options.connections, 17u);
  EXPECT_EQ(options.request_bodies, 64u << 20);
  EXPECT_TRUE(options.forwarded_for);
  EXPECT_FALSE(options.per_address);
  EXPECT_EQ(options.connections_per_address, 9u);
  EXPECT_EQ(options.log_format, base::log::Format::json);
}

TEST_F(OptionsTest, MayBeReadFromAnEmptyFile) {
  for (const char* text : {"", "[limits]\n# nothing\n"}) {
    write(text);
    EXPECT_EQ(read().data, "/srv/sotto") << text;
  }
}

TEST_F(OptionsTest, AFlagCountsMoreThanAVariableAndThatMoreThanTheFile) {
  write("name = \"file.example:1\"\nregistration = \"closed\"\n[log]\nlevel = \"error\"\n");
  given.variables = {{"SOTTO_SERVER_NAME", "variable.example:2"}, {"SOTTO_SERVER_LOG_LEVEL", "warning"}};
  given.flags["name"] = {"flag.example:3"};
  const Options options = read();
  EXPECT_EQ(options.name, "flag.example:3");
  EXPECT_EQ(options.log_level, base::log::Level::warning);
  EXPECT_EQ(options.registration, Registration::closed);
}

TEST_F(OptionsTest, AVariableMayHoldAListAndOneThatIsEmptyIsNotSet) {
  given.variables = {{"SOTTO_SERVER_LISTEN", "127.0.0.1:1,127.0.0.1:2"}, {"SOTTO_SERVER_NAME", ""}};
  EXPECT_EQ(read().listen.size(), 2u);
}

TEST_F(OptionsTest, AVariableMayNameTheFile) {
  write("registration = \"closed\"\n");
  given.variables["SOTTO_SERVER_CONFIG"] = std::exchange(given.file, "");
  EXPECT_EQ(read().registration, Registration::closed);
}

TEST_F(OptionsTest, AMistakeInTheFileIsNamedWithItsLine) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"\n\nlimits.connections = 0\n", "server.toml:3: 0 is not a number from 1 to 1000000"},
      {"[limits]\nconections = 5\n", "server.toml:2: limits.conections is unknown; did you mean limits.connections?"},
      {"registraton = \"open\"\n", "server.toml:1: registraton is unknown; did you mean registration?"},
      {"\nweather = \"fine\"\n", "server.toml:2: weather is unknown"},
      {"registration = \"sometimes\"\n", "server.toml:1: sometimes is not open or invite or closed"},
      {"[limits]\nconnections = \"5\"\n", "server.toml:2: limits.connections is to be a number without quotes"},
      {"sandbox = \"no\"\n", "server.toml:1: sandbox is to be true or false, without quotes"},
      {"name = 5\n", "server.toml:1: name is to be a text in quotes"},
      {"listen = [1]\n", "server.toml:1: listen is to be a list of texts"},
      {"listen = [\"nonsense\"]\n",
       "server.toml:1: nonsense is not HOST:PORT (in lower case, an IPv6 address in brackets)"},
      {"[log]\nlevel = {}\n", "server.toml:2: log.level is to be a text in quotes"},
      {"[weather]\nrain = 1\n", "server.toml:1: weather is unknown"},
      {"log = \"json\"\n", "server.toml:1: log is unknown"},
      {"\ntls_certificate = \"a.pem\"\n", "server.toml:2: a certificate needs its key, and a key its certificate"},
      {"listen_plain = \"0.0.0.0:80\"\n",
       "server.toml:1: 0.0.0.0:80 is not loopback, and what goes there is not encrypted; allow_plain_anywhere permits "
       "it"},
      {"listen_plain = \"127.example.org:80\"\n",
       "server.toml:1: 127.example.org:80 is not loopback, and what goes there is not encrypted; allow_plain_anywhere "
       "permits it"},
      {"operations.listen = \"0.0.0.0:80\"\n",
       "server.toml:1: 0.0.0.0:80 is not loopback; allow_plain_anywhere permits it"},
      {"limits.request_bodies = \"12 elephants\"\n",
       "server.toml:1: 12 elephants is not a size in bytes from 4194304 to 1099511627776 (128MiB, say)"},
      {"limits.request_bodies = \"99999999999999999999GiB\"\n",
       "server.toml:1: 99999999999999999999GiB is not a size in bytes from 4194304 to 1099511627776 (128MiB, say)"}};
  for (const auto& [text, said] : cases) {
    write(text);
    EXPECT_EQ(mistake(), said) << text;
  }
}

TEST_F(OptionsTest, AFileThatIsNotTomlIsNamedWithItsLine) {
  write("name = \"a:1\"\nname = \"b:1\"\n");
  EXPECT_TRUE(mistake().starts_with("server.toml:2: ")) << mistake();
  write("\n\n[[[");
  EXPECT_TRUE(mistake().starts_with("server.toml:3: ")) << mistake();
}

TEST_F(OptionsTest, AFileThatCantBeReadIsNamed) {
  given.file = (folder.path / "missing").string();
  EXPECT_EQ(mistake(), "missing: the file can't be read (No such file or directory)");
  given.file = folder.path.string();
  EXPECT_NE(mistake().find("the file can't be read"), std::string::npos) << mistake();
}

TEST_F(OptionsTest, AMistakeInAFlagOrAVariableIsNamedWithIt) {
  given.variables = {{"SOTTO_SERVER_LIMITS_CONNECTIONS", "many"}};
  EXPECT_EQ(mistake(), "SOTTO_SERVER_LIMITS_CONNECTIONS: many is not a number from 1 to 1000000");
  given.variables = {{"SOTTO_SERVER_LISTNE", "x"}};
  EXPECT_EQ(mistake(), "SOTTO_SERVER_LISTNE: no such variable; did you mean SOTTO_SERVER_LISTEN?");
  given.variables = {};
  given.flags["listen"] = {"here"};
  EXPECT_TRUE(mistake().starts_with("--listen: here is not HOST:PORT")) << mistake();
}

TEST_F(OptionsTest, PlainMayListenAnywhereIfThatIsSaid) {
  write("listen_plain = [\"0.0.0.0:80\"]\nallow_plain_anywhere = true\n[operations]\nlisten = \"0.0.0.0:81\"\n");
  EXPECT_EQ(read().listen_plain.size(), 1u);
}

TEST_F(OptionsTest, NameADataFolder) {
  given.flags.clear();
  EXPECT_EQ(mistake(), ": --data DIR is needed; --help says more");
}

TEST(OptionTable, SpellsEachNameInThreeWays) {
  const OptionRow* row = option_named("limits.request_bodies");
  ASSERT_TRUE(row);
  EXPECT_EQ(flag_of(*row), "--limits-request-bodies");
  EXPECT_EQ(variable_of(*row), "SOTTO_SERVER_LIMITS_REQUEST_BODIES");
}

TEST(OptionTable, HasNoSpellingTwice) {
  std::set<std::string> flags{"--config", "--version", "--verbose", "--help"}, variables{"SOTTO_SERVER_CONFIG"};
  for (const OptionRow& row : option_table()) {
    EXPECT_TRUE(flags.insert(flag_of(row)).second) << row.name;
    EXPECT_TRUE(variables.insert(variable_of(row)).second) << row.name;
    if (!row.also_flag.empty()) {
      EXPECT_TRUE(flags.insert(std::string(row.also_flag)).second) << row.name;
    }
  }
}

}  // namespace
}  // namespace sotto::server
