#include "server/operations/configuration/option_table.hpp"

#include <algorithm>
#include <numeric>

#include "server/operations/configuration/option_values.hpp"

namespace sotto::server {
namespace {

using namespace option_values;

constexpr std::array<std::pair<std::string_view, Registration>, 3> registrations{
    {{"open", Registration::open}, {"invite", Registration::invite}, {"closed", Registration::closed}}};
constexpr std::array<std::pair<std::string_view, base::log::Format>, 2> formats{
    {{"text", base::log::Format::text}, {"json", base::log::Format::json}}};
constexpr std::array<std::pair<std::string_view, base::log::Level>, 3> levels{
    {{"info", base::log::Level::info}, {"warning", base::log::Level::warning}, {"error", base::log::Level::error}}};

std::string not_an_endpoint(const std::string& text) {
  return text + " is not HOST:PORT (in lower case, an IPv6 address in brackets)";
}

std::string listen(Options& options, const Texts& given) {
  options.listen.clear();
  for (const std::string& text : given) {
    const auto endpoint = net::parse_endpoint(text);
    if (!endpoint) return not_an_endpoint(text);
    options.listen.push_back(*endpoint);
  }
  return {};
}

std::string listen_plain(Options& options, const Texts& given) {
  options.listen_plain.clear();
  for (const std::string& text : given) {
    const auto address = net::parse_listen_address(text);
    if (!address) return text + " is neither HOST:PORT nor unix:PATH";
    options.listen_plain.push_back(*address);
  }
  return {};
}

std::string name(Options& options, const Texts& given) {
  if (!given.front().empty() && !net::parse_endpoint(given.front())) return not_an_endpoint(given.front());
  options.name = given.front();
  return {};
}

std::string operations_listen(Options& options, const Texts& given) {
  options.operations_listen = net::parse_endpoint(given.front());
  return options.operations_listen ? std::string() : not_an_endpoint(given.front());
}

std::string s3_endpoint(Options& options, const Texts& given) {
  options.s3_endpoint = net::parse_endpoint(given.front(), 443);
  return options.s3_endpoint ? std::string() : not_an_endpoint(given.front());
}

/// It stands in the path of a request and in what is signed, hence what S3 itself allows.
std::string s3_bucket(Options& options, const Texts& given) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  const std::string& name = given.front();
  if (name.size() < 3 || name.size() > 63 || name.find_first_not_of(allowed) != std::string::npos)
    return name + " is not a bucket's name: 3 to 63 of a-z, 0-9, . and -";
  options.s3_bucket = name;
  return {};
}

std::string s3_region(Options& options, const Texts& given) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (given.front().empty() || given.front().find_first_not_of(allowed) != std::string::npos)
    return given.front() + " is not a region's name";
  options.s3_region = given.front();
  return {};
}

// clang-format off: a table
constexpr std::array rows{
    OptionRow{"data", Shape::text, "DIR", "", "the folder that holds everything; needed",
              text<&Options::data>},
    OptionRow{"listen", Shape::list, "HOST:PORT", "127.0.0.1:8443",
              "where to listen for clients, with TLS; port 0 lets the system choose",
              listen},
    OptionRow{"listen_plain", Shape::list, "WHERE", "nowhere",
              "where to listen without TLS for a proxy on this machine: HOST:PORT of loopback, or unix:PATH",
              listen_plain},
    OptionRow{"allow_plain_anywhere", Shape::truth, "TRUTH", "false",
              "let what is not encrypted listen elsewhere than on loopback: only behind a proxy in a network of your own",
              truth<&Options::allow_plain_anywhere>},
    OptionRow{"forwarded_for", Shape::truth, "TRUTH", "false",
              "believe a proxy that connects to listen_plain: the last address in X-Forwarded-For is who asks",
              truth<&Options::forwarded_for>},
    OptionRow{"name", Shape::text, "HOST:PORT", "whatever clients say", "by which clients reach this server",
              name},
    OptionRow{"tls_certificate", Shape::text, "FILE", "one of an own CA, for trying",
              "PEM: the certificate, its issuers after it; read again on SIGHUP",
              text<&Options::tls_certificate>, false, "--tls-cert"},
    OptionRow{"tls_key", Shape::text, "FILE", "", "PEM: its private key; read again on SIGHUP",
              text<&Options::tls_key>},
    OptionRow{"registration", Shape::text, "POLICY", "open", "who may register: open, invite (who has an invite) or closed",
              word<&Options::registration, registrations>},
    OptionRow{"user", Shape::text, "USER", "whoever starts it",
              "whom to become when started as root, once all is open that only root may open",
              text<&Options::user>},
    OptionRow{"sandbox", Shape::truth, "TRUTH", "true",
              "give up, once started, what a server never needs: other files, other programs (Landlock, seccomp); false: don't",
              truth<&Options::sandbox>},
    OptionRow{"s3.endpoint", Shape::text, "HOST:PORT", "nowhere",
              "S3-compatible storage, over TLS, for the bytes of blobs; without it they lie in the data folder",
              s3_endpoint},
    OptionRow{"s3.bucket", Shape::text, "NAME", "", "of it, which exists",
              s3_bucket},
    OptionRow{"s3.region", Shape::text, "NAME", "us-east-1", "by which its requests are signed",
              s3_region},
    OptionRow{"s3.ca_file", Shape::text, "FILE", "the system's", "PEM: the CA of its certificate",
              text<&Options::s3_ca_file>},
    OptionRow{"s3.key_file", Shape::text, "FILE", "",
              "two lines, the access key's id and the secret key; nobody but its owner may read it",
              text<&Options::s3_key_file>},
    OptionRow{"operations.socket", Shape::text, "PATH", "operations.sock in the data folder",
              "where the commands (stats, drain, ...) reach the running server",
              text<&Options::operations_socket>},
    OptionRow{"operations.listen", Shape::text, "HOST:PORT", "nowhere",
              "where to answer /metrics, /health and /ready, without TLS: on loopback",
              operations_listen},
    OptionRow{"log.format", Shape::text, "FORMAT", "text", "of the log on standard error: text or json",
              word<&Options::log_format, formats>, true},
    OptionRow{"log.level", Shape::text, "LEVEL", "info", "the least that is logged: info, warning or error",
              word<&Options::log_level, levels>, true},
    OptionRow{"limits.connections", Shape::count, "COUNT", "4096", "connections at once; more are cut",
              count<&Options::connections, 1, 1'000'000>},
    OptionRow{"limits.request_bodies", Shape::text, "SIZE", "128MiB",
              "memory for all requests that are being read; who comes on top is told to come back",
              bytes<&Options::request_bodies, 4ull << 20, 1ull << 40>},
    OptionRow{"limits.per_address", Shape::truth, "TRUTH", "true",
              "let one address take only its part of what strangers may do; false: where all seem to come from one",
              truth<&Options::per_address>},
    OptionRow{"limits.connections_per_address", Shape::count, "COUNT", "512",
              "connections at once from one address; more are cut",
              count<&Options::connections_per_address, 1, 1'000'000>},
};
// clang-format on

std::string replaced(std::string_view text, std::string_view what, char by) {
  std::string made(text);
  for (char& c : made) {
    if (what.find(c) != std::string_view::npos) c = by;
  }
  return made;
}

/// Levenshtein's distance.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), 0u);
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t k = 0; k < right.size(); ++k) {
      const std::size_t changed = diagonal + (left[i] == right[k] ? 0 : 1);
      diagonal = std::exchange(row[k + 1], std::min({changed, row[k + 1] + 1, row[k] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::span<const OptionRow> option_table() { return rows; }

const OptionRow* option_named(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &OptionRow::name);
  return found == rows.end() ? nullptr : &*found;
}

std::string flag_of(const OptionRow& row) { return "--" + replaced(row.name, "._", '-'); }

std::string variable_of(const OptionRow& row) {
  std::string made = "SOTTO_SERVER_" + replaced(row.name, ".", '_');
  for (char& c : made) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return made;
}

std::string closest(std::string_view mistyped, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = 1 + mistyped.size() / 3;
  for (const std::string& word : known) {
    const std::size_t apart = distance(mistyped, word);
    if (apart <= least && (best.empty() || apart < least)) best = word, least = apart;
  }
  return best;
}

}  // namespace sotto::server
