#pragma once
#include "api/arguments.hpp"
#include "protocol/session/context.hpp"

namespace sotto::api {

/// A sotto_context with everything that a protocol::Context borrows. It stays where it is made.
class Surroundings {
 public:
  /// errors  SOTTO_INVALID_ARGUMENT  no identity, no name, a random source without a function
  ///         SOTTO_INVALID_ADDRESS, SOTTO_INVALID_KEY
  static Result<Surroundings> parse(const sotto_context* context);

  /// Valid as long as this lives and is not moved.
  protocol::Context borrow();

 private:
  struct Parts {
    const crypto::KeyPair* identity;
    protocol::RegistrationId registration_id;
    protocol::Address local, remote;
    protocol::Trust trust;
    std::uint64_t now_ms;
    CallersRandom random;
  };
  explicit Surroundings(Parts parts) : parts_(std::move(parts)) {}
  Parts parts_;
};

}  // namespace sotto::api
