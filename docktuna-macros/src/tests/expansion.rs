//! The generated code, as a reader would like to see it.

use super::expanded;
