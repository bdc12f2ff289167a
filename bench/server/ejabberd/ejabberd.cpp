#include "bench/server/ejabberd/ejabberd.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

#include "net/own_ca.hpp"
#include "net/system_time.hpp"

namespace sotto::bench {
namespace {

namespace fs = std::filesystem;
constexpr std::uint16_t port = 15'223;

constexpr std::array<std::string_view, 4> our_sections{"hosts:", "loglevel:", "certfiles:", "listen:"};

fs::path unpacked() { return fs::path(SOTTO_THIRD_PARTY) / "ejabberd" / "root"; }

/// Debian's own file without the sections at the left margin that ours names, too.
std::string debians_settings() {
  std::ifstream file(unpacked() / "usr/share/ejabberd/ejabberd.yml.example");
  std::string kept;
  bool is_ours = false;
  for (std::string line; std::getline(file, line);) {
    const bool is_section = !line.empty() && std::isalpha(static_cast<unsigned char>(line[0])) != 0;
    if (is_section) {
      const auto is_named = [&line](std::string_view name) { return line.starts_with(name); };
      is_ours = std::ranges::any_of(our_sections, is_named);
    }
    if (!is_ours) kept += line + "\n";
  }
  return kept;
}

constexpr std::string_view fewest_settings =
    "access_rules: {c2s: [{allow: all}]}\n"
    "modules: {mod_offline: {}, mod_stream_mgmt: {}}\n";

void write_configuration(const fs::path& folder, const net::OwnCa& tls, Ejabberd::Modules modules) {
  std::ofstream(folder / "tls.pem") << std::ifstream(tls.server.key_file).rdbuf()
                                    << std::ifstream(tls.server.certificate_file).rdbuf();
  std::ofstream file(folder / "ejabberd.yml");
  file << "hosts: [\"localhost\"]\nloglevel: 3\ncertfiles: [\"" << (folder / "tls.pem").string()
       << "\"]\nlisten: [{port: " << port
       << ", ip: \"127.0.0.1\", module: ejabberd_c2s, tls: true, access: c2s, backlog: 4096, "
          "protocol_options: [no_sslv3, no_tlsv1, no_tlsv1_1, no_tlsv1_2]}]\n";
  if (modules == Ejabberd::Modules::fewest) {
    file << fewest_settings;
  } else {
    file << debians_settings();
  }
}

std::map<std::string, std::string> variables(const fs::path& folder, const fs::path& runtime) {
  const fs::path libraries = unpacked() / "usr/lib/x86_64-linux-gnu";
  return {{"ROOTDIR", runtime.parent_path().string()},
          {"BINDIR", (runtime / "bin").string()},
          {"EMU", "beam"},
          {"PROGNAME", "erl"},
          {"HOME", folder.string()},
          {"ERL_LIBS", libraries.string()},
          {"LD_LIBRARY_PATH", libraries.string()},
          {"EJABBERD_CONFIG_PATH", (folder / "ejabberd.yml").string()},
          {"EJABBERD_LOG_PATH", (folder / "ejabberd.log").string()}};
}

/// Makes the accounts and says so.
std::string begin(std::size_t accounts) {
  return "{ok, _} = application:ensure_all_started(ejabberd), "
         "[ok = ejabberd_auth:try_register(iolist_to_binary([\"u\", integer_to_list(I)]), <<\"localhost\">>, "
         "<<\"password\">>) || I <- lists:seq(0, " +
         std::to_string(accounts - 1) + ")], io:format(\"it serves~n\").";
}

std::optional<fs::path> runtime_folder() {
  const fs::path erlang = unpacked() / "usr/lib/erlang";
  if (!fs::exists(erlang)) return std::nullopt;
  for (const auto& entry : fs::directory_iterator(erlang)) {
    if (entry.path().filename().string().starts_with("erts-")) return entry.path();
  }
  return std::nullopt;
}

}  // namespace

bool Ejabberd::is_there() { return runtime_folder().has_value(); }

std::unique_ptr<Ejabberd> Ejabberd::start(const fs::path& folder, std::size_t accounts, Modules modules) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  net::SystemClock clock;
  const auto tls = net::own_ca(folder / "tls", {"127.0.0.1"}, clock.now());
  const auto runtime = runtime_folder();
  if (!tls || !runtime) return nullptr;
  write_configuration(folder, *tls, modules);
  std::vector<std::string> words{(*runtime / "bin" / "erlexec").string(), "-noinput", "+K", "true", "+P", "250000"};
  words.insert(words.end(), {"-mnesia", "dir", "\"" + (folder / "database").string() + "\"", "-s", "ejabberd", "-eval",
                             begin(accounts)});
  auto made = std::make_unique<Ejabberd>();
  made->endpoint_ = {.host = "127.0.0.1", .port = port};
  made->ca_file_ = tls->ca_file.string();
  made->process_ = std::make_unique<Child>(std::move(words), variables(folder, *runtime));
  while (const auto line = made->process_->line()) {
    if (*line == "it serves") return made;
  }
  return nullptr;
}

}  // namespace sotto::bench
