//! Whole numbers as the databases hold them: 64 bits in SQLite, whatever its tables declare, and 32 in
//! the tables that Optuna makes in PostgreSQL.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use crate::id::Int;

#[cfg(feature = "sqlite")]
mod sqlite {
    use sqlx::Sqlite;

    use super::{BoxDynError, Database, Decode, Encode, Int, IsNull, Type};

    impl Type<Sqlite> for Int {
        fn type_info() -> <Sqlite as Database>::TypeInfo {
            <i64 as Type<Sqlite>>::type_info()
        }

        fn compatible(found: &<Sqlite as Database>::TypeInfo) -> bool {
            <i64 as Type<Sqlite>>::compatible(found)
        }
    }

    impl<'r> Decode<'r, Sqlite> for Int {
        fn decode(value: <Sqlite as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
            <i64 as Decode<Sqlite>>::decode(value).map(Self)
        }
    }

    impl<'q> Encode<'q, Sqlite> for Int {
        fn encode_by_ref(
            &self,
            buffer: &mut <Sqlite as Database>::ArgumentBuffer,
        ) -> Result<IsNull, BoxDynError> {
            <i64 as Encode<'q, Sqlite>>::encode_by_ref(&self.0, buffer)
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use sqlx::Postgres;
    use sqlx::postgres::PgHasArrayType;

    use super::{BoxDynError, Database, Decode, Encode, Int, IsNull, Type};

    impl Type<Postgres> for Int {
        fn type_info() -> <Postgres as Database>::TypeInfo {
            <i32 as Type<Postgres>>::type_info()
        }
    }

    impl PgHasArrayType for Int {
        fn array_type_info() -> <Postgres as Database>::TypeInfo {
            <i32 as PgHasArrayType>::array_type_info()
        }
    }

    impl<'r> Decode<'r, Postgres> for Int {
        fn decode(value: <Postgres as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
            <i32 as Decode<Postgres>>::decode(value).map(Self::from)
        }
    }

    impl<'q> Encode<'q, Postgres> for Int {
        /// What lies outside of 32 bits is the end of a range, beyond which there is no row.
        fn encode_by_ref(
            &self,
            buffer: &mut <Postgres as Database>::ArgumentBuffer,
        ) -> Result<IsNull, BoxDynError> {
            let (low, high) = (i64::from(i32::MIN), i64::from(i32::MAX));
            let number = i32::try_from(self.0.clamp(low, high))?;
            <i32 as Encode<'q, Postgres>>::encode_by_ref(&number, buffer)
        }
    }
}
