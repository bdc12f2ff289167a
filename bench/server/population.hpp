#pragma once
#include <filesystem>
#include <vector>

#include "bench/lines/resident.hpp"

namespace sotto::bench {

/// Makes a server's data folder anew, with this many accounts of one device each, and one-time prekeys for the first
/// `with_prekeys` of them.
std::vector<Resident> populate(const std::filesystem::path& data, std::size_t count, std::size_t with_prekeys = 0);

/// Puts envelopes of this size into the mailboxes, behind the server's back while it is down: `each` for every
/// resident.
void fill_mailboxes(const std::filesystem::path& data, const std::vector<Resident>& residents, std::size_t each,
                    std::size_t size);

}  // namespace sotto::bench
