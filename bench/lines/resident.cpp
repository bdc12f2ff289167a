#include "bench/lines/resident.hpp"

#include "base/encoding.hpp"

namespace sotto::bench {

std::string Resident::bearer() const { return "Bearer " + base::to_base64url(token); }
std::string Resident::permit_header() const { return base::to_base64url(base::concat({account.view(), permit})); }

}  // namespace sotto::bench
