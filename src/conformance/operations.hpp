#pragma once
#include "conformance/answer.hpp"
#include "conformance/members.hpp"

namespace sotto::conformance {

using Answer = Result<boost::json::object>;
using Operation = Answer (*)(World& world, const Members& members);

/// What the page names; null for anything else.
Operation find_operation(std::string_view name);

// The rows of the page's table, by the file that holds them.
using Operations = std::vector<std::pair<std::string_view, Operation>>;
Operations party_operations();
Operations session_operations();
Operations group_operations();
Operations sealed_operations();
Operations key_operations();

// What several of them need.
constexpr std::size_t max_answer = (8u << 20) - 4'096;  // bytes of one: what goes out can come in again as a line
Result<Party*> party(World& world, const Members& members);
Result<std::uint64_t> now(const World& world, const Members& members);
boost::json::string hex(base::View bytes);

}  // namespace sotto::conformance
