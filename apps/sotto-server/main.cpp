#include <CLI/CLI.hpp>
#include <iostream>

#include "crypto/start.hpp"
#include "net/transport.hpp"
#include "server/start.hpp"

namespace {

using namespace sotto;

void print_version(bool is_verbose) {
  std::cout << "sotto-server " << SOTTO_VERSION << "\n";
  if (!is_verbose) return;
  std::cout << "processor:";
  for (const std::string& feature : crypto::cpu_features()) std::cout << " " << feature;
  std::cout << "\n";
}

int start(int count, char** arguments) {
  CLI::App app("A Sotto server: keeps accounts, public prekeys and sealed envelopes, and can read none of them.",
               "sotto-server");
  server::StartOptions options;
  bool is_version = false, is_verbose = false;
  const std::map<std::string, server::Registration> policies{{"open", server::Registration::open},
                                                             {"closed", server::Registration::closed}};
  auto* data = app.add_option("--data", options.data, "the folder that holds everything")->type_name("DIR");
  app.add_option("--listen", options.listen, "where to listen; port 0 lets the system choose")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("--name", options.name, "by which clients reach this server; without it, whatever they say")
      ->type_name("HOST:PORT");
  auto* certificate = app.add_option("--tls-cert", options.tls_certificate,
                                     "PEM: the certificate, its issuers after it; without it, one of an own CA")
                          ->type_name("FILE");
  auto* key = app.add_option("--tls-key", options.tls_key, "PEM: its private key")->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  app.add_option("--registration", options.registration, "who may register: open or closed")
      ->transform(CLI::CheckedTransformer(policies))
      ->type_name("POLICY");
  app.add_flag("--version", is_version, "print the version and exit");
  app.add_flag("--verbose", is_verbose, "with --version: more about this build");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (is_version) return print_version(is_verbose), 0;
  for (const std::string* address : {&options.listen, &options.name}) {
    if (!address->empty() && !net::parse_endpoint(*address)) {
      std::cerr << "sotto-server: " << *address << " is not HOST:PORT (in lower case, an IPv6 address in brackets)\n";
      return 2;
    }
  }
  if (data->empty()) {
    std::cerr << "sotto-server: --data DIR is needed; --help says more\n";
    return 2;
  }
  return server::run(options, std::cout, std::cerr);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return start(count, arguments);
  } catch (const std::exception& error) {
    std::cerr << "sotto-server: " << error.what() << "\n";
    return 1;
  }
}
