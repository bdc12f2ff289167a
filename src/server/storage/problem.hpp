#pragma once
#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "net/awaitable.hpp"

namespace sotto::server {

namespace asio = boost::asio;

enum class StorageProblem {
  full,    // no room: nothing of this call was kept, others may succeed
  failed,  // the disk or the database: nothing of this call was kept
};
template <class T>
using Stored = base::Result<T, StorageProblem>;

using AccountRow = base::Id<struct AccountRowTag, std::uint64_t>;  // one account, for as long as it is here
using DeviceRow = base::Id<struct DeviceRowTag, std::uint64_t>;    // one device, for as long as it is registered

}  // namespace sotto::server
