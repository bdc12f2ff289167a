#pragma once
#include "base/secret.hpp"
#include "client/engine.hpp"
#include "rpc/message.hpp"

namespace sotto::rpc {

namespace asio = net::asio;

/// Who asked for something, as long as it is under way.
class Caller {
 public:
  virtual ~Caller() = default;
  /// Something for the caller's eyes; resumes once it is there for good, so that it may be marked as told.
  ///
  /// errors  whatever kept it from being told
  virtual asio::awaitable<Result<void>> tell(json::object event) = 0;
  /// A question to the person.
  ///
  /// question  {"question": what, …}: `passphrase`, `code`, `recovery_key`, `consent`
  /// returns   what was typed
  virtual asio::awaitable<Result<std::string>> ask(json::object question) = 0;
  virtual bool is_there() const { return true; }
};

/// Where methods run: over a folder that this very process opened for one command, or in the daemon that owns it.
class Host {
 public:
  virtual ~Host() = default;
  virtual client::Engine& engine() = 0;
  /// Tells the caller what is new, until `patience` has passed without anything (0: what is there now; none: for ever).
  virtual asio::awaitable<Result<void>> receive(std::optional<net::Duration> patience, Caller& caller) = 0;
  /// What a method has kept to be sent later leaves before the method ends, if nobody else sends it.
  virtual asio::awaitable<Result<void>> finish_sending() = 0;
  /// Sends and receives until nothing has come for `quiet`; what comes is told to nobody yet.
  virtual asio::awaitable<Result<void>> attend(net::Duration quiet) = 0;
  /// Whether this opens the folder's database.
  virtual Result<void> check_passphrase(base::View passphrase) = 0;
};

}  // namespace sotto::rpc
