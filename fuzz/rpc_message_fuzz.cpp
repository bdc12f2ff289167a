// room: rpc
// A line of JSON-RPC, from whoever may open the socket. What is accepted is written and read as the same.
#include <boost/json.hpp>
#include <cstdint>

#include "base/check.hpp"
#include "rpc/message.hpp"

namespace {

using namespace sotto::rpc;

std::string written(const Message& message) {
  return std::visit([](const auto& one) { return serialize(one); }, message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = parse({reinterpret_cast<const char*>(data), size});
  if (!message) return 0;
  const std::string once = written(*message);
  const auto again = parse(once);
  CHECK(again);
  CHECK(written(*again) == once);
  return 0;
}
