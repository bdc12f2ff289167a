#pragma once
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "store/store.hpp"
#include "wire/content.hpp"

/// How far the history is on its way from one device of ours to another.
namespace sotto::store::histories {

/// What this device gives. Places are rows of this folder's messages.
struct Given {
  wire::DeviceNumber device{1};
  base::Bytes<33> identity_key{};  // numbers are given anew in another epoch
  base::Timestamp at;              // of the last thing that happened
  std::int64_t left_to = 0;        // everything up to here has left
  std::int64_t taken_to = 0;       // and up to here is kept there
  std::int64_t under_way = 0;      // parts that were not answered
  std::int64_t left_count = 0;     // messages
  std::int64_t done = 0;           // messages that are kept there
  std::int64_t total = 0;
  std::int64_t repeats = 0;  // since something was taken there
  bool is_done = false;
};
std::optional<Given> given_to(Transaction& in, wire::DeviceNumber device);
std::vector<Given> all_given(Transaction& in);
void keep(Transaction& in, const Given& given);
void forget(Transaction& in, wire::DeviceNumber device);

/// What comes to this device.
struct Coming {
  wire::DeviceNumber giver{1};
  std::int64_t done = 0;
  std::int64_t total = 0;
  bool is_done = false;
};
std::vector<Coming> all_coming(Transaction& in);
void keep(Transaction& in, const Coming& coming);
bool is_any_coming(Transaction& in);

/// Deleted before it came, if it ever does. The last thousand are kept.
void note_deleted(Transaction& in, const wire::MessageRef& ref);
bool is_deleted(Transaction& in, const wire::MessageRef& ref);
void forget_deleted(Transaction& in);

}  // namespace sotto::store::histories
