#include "conformance/operations.hpp"

#include "base/encoding.hpp"

namespace sotto::conformance {

Operation find_operation(std::string_view name) {
  static const std::map<std::string_view, Operation> all = [] {
    std::map<std::string_view, Operation> joined;
    for (const auto& part :
         {party_operations(), session_operations(), group_operations(), sealed_operations(), key_operations()}) {
      joined.insert(part.begin(), part.end());
    }
    return joined;
  }();
  const auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

Result<Party*> party(World& world, const Members& members) {
  TRY(const std::string name, members.text("party"));
  const auto found = world.parties.find(name);
  if (found == world.parties.end()) return invalid_request("there is no party of that name; party.new makes one");
  return &found->second;
}

Result<std::uint64_t> now(const World& world, const Members& members) {
  return members.number_or("now_ms", std::numeric_limits<std::uint64_t>::max(), world.now_ms());
}

boost::json::string hex(base::View bytes) { return boost::json::string(base::to_hex(bytes)); }

}  // namespace sotto::conformance
