#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/operations/options.hpp"
#include "server/storage/blob_stores/s3_blobs.hpp"

namespace sotto::server {

/// Where the bytes of blobs go, with the keys of the key file: its first line is the access key's id, the second the
/// secret key. Nobody but its owner may read it.
///
/// errors  what is wrong, in words
base::Result<S3Options, std::string> s3_of(const Options& options);

/// What a client of it reads while it runs: certificates, and what tells a name's address.
std::vector<std::filesystem::path> files_for_s3(const Options& options);

}  // namespace sotto::server
