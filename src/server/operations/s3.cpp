#include "server/operations/s3.hpp"

#include <sys/stat.h>

#include <fstream>

namespace sotto::server {
namespace {

/// Without spaces at its end, or what an editor of another system leaves there.
std::string trimmed(std::string line) {
  const std::size_t end = line.find_last_not_of(" \t\r");
  return line.substr(0, end == std::string::npos ? 0 : end + 1);
}

base::Result<S3Keys, std::string> read_keys(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    return file.string() + ": the key file can't be read";
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return file.string() + ": others than its owner may use the key file (chmod 600 helps)";
  std::ifstream in(file);
  S3Keys keys;
  std::getline(in, keys.access_key);
  std::getline(in, keys.secret_key);
  keys = {.access_key = trimmed(std::move(keys.access_key)), .secret_key = trimmed(std::move(keys.secret_key))};
  if (keys.access_key.empty() || keys.secret_key.empty())
    return file.string() + ": a key file has two lines, the access key's id and the secret key";
  return keys;
}

}  // namespace

base::Result<S3Options, std::string> s3_of(const Options& options) {
  auto keys = read_keys(options.s3_key_file);
  if (!keys) return keys.error();
  if (!options.s3_ca_file.empty() && !std::ifstream(options.s3_ca_file))
    return options.s3_ca_file.string() + ": the CA file can't be read";
  return S3Options{.server = *options.s3_endpoint,
                   .tls = {.ca_file = options.s3_ca_file.string()},
                   .bucket = options.s3_bucket,
                   .region = options.s3_region,
                   .keys = std::move(*keys)};
}

std::vector<std::filesystem::path> files_for_s3(const Options& options) {
  if (!options.s3_endpoint) return {};
  std::vector<std::filesystem::path> files;
  for (const char* name :
       {"resolv.conf", "hosts", "nsswitch.conf", "host.conf", "gai.conf", "services", "ssl", "ld.so.cache"})
    files.push_back(std::filesystem::path("/etc") / name);
  for (const char* folder : {"/usr/share/ca-certificates", "/usr/lib", "/lib", "/run/systemd/resolve"})
    files.emplace_back(folder);  // name services are libraries that are loaded when they are first asked
  if (!options.s3_ca_file.empty()) files.push_back(options.s3_ca_file);
  return files;
}

}  // namespace sotto::server
