// room: wire
#include "base/check.hpp"
#include "wire/group_state.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View input(bytes, size);
  const auto request = wire::GroupStateRequest::parse(input);
  if (!request) return 0;
  CHECK(wire::GroupStateRequest::parse(request->serialize()));
  const auto state = wire::GroupState::parse(request->state.statement);
  if (!state) return 0;
  // What was read, written anew, reads the same: nothing is understood in two ways.
  const auto again = wire::GroupState::parse(state->serialize());
  CHECK(again && again->serialize() == state->serialize());
  const auto checked = wire::check_group_state(input, state->group, state->admin_keys);
  CHECK(!checked || !state->admin_keys.empty());
  return 0;
}
