//! Structs around one unnamed field that has no rule: what they are depends on the field's type.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Type, WherePredicate, parse_quote};

use super::param::call;
use super::{build, is_param, mentions_any, rules, with_given};
use crate::model::{Field, Fields, Input};
use crate::types::Known;

/// Whether the type has a space of its own, as far as the names of types tell.
pub(super) fn may_be_tunable(fields: &Fields) -> bool {
    let Some(field) = fields.newtype() else {
        return true;
    };
    let known = Known::of(&field.ty);
    !known.is_number() && !known.is_text()
}

/// The bound under which a newtype has one of the two traits.
pub(super) fn bound(input: &Input, fields: &Fields, name: &str) -> Option<WherePredicate> {
    let field = fields.newtype()?;
    if Known::of(&field.ty) != Known::Other {
        return None;
    }
    let ty = &field.ty;
    let name = format_ident!("{name}");
    if mentions_any(ty.to_token_stream(), &input.generics) {
        // `T: Tunable` is there already.
        let there = name == "Tunable"
            && input
                .generics
                .type_params()
                .any(|param| is_param(ty, &param.ident));
        return (!there).then(|| parse_quote!(#ty: __docktuna::#name));
    }
    // Only a bound with a lifetime of its own may be one that never holds.
    Some(parse_quote!(for<'__any> #ty: __docktuna::#name))
}

/// The implementation of `Scalar`.
pub(super) fn scalar(input: &Input, fields: &Fields, field: &Field) -> TokenStream {
    let ident = &input.ident;
    let bound = bound(input, fields, "Scalar").into_iter().collect();
    let generics = with_given(input, bound);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let (ty, member) = (&field.ty, &field.member);
    let scalar = tokens!(<#ty as __docktuna::Scalar>);
    let inner = tokens!(#scalar::from_inner(__inner)?);
    let value = build::around(fields, &inner);
    let (built, told) = match rules::refusal(&input.rules) {
        None => (tokens!(), tokens!()),
        Some(refusal) => (
            tokens!({ let __checked = &__value; #refusal?; }),
            tokens!({ let __checked = self; #refusal?; }),
        ),
    };
    let either = either(input, ty);
    tokens! {
        #either
        #[automatically_derived]
        impl #impl_generics __docktuna::Scalar for #ident #ty_generics #where_clause {
            type Inner = #scalar::Inner;
            const KIND: __docktuna::Kind = #scalar::KIND;
            fn from_inner(__inner: Self::Inner) -> __docktuna::Result<Self, __docktuna::BoxError> {
                let __value = Self { #value };
                #built
                __docktuna::Result::Ok(__value)
            }
            fn to_inner(&self) -> __docktuna::Result<Self::Inner, __docktuna::BoxError> {
                #told
                #scalar::to_inner(&self.#member)
            }
        }
    }
}

/// Says where the type is derived, and not only where it is used, that its field's type has neither of the two
/// traits. Where that depends on a type parameter, only the user of the type knows.
fn either(input: &Input, ty: &Type) -> Option<TokenStream> {
    if Known::of(ty) != Known::Other || mentions_any(ty.to_token_stream(), &input.generics) {
        return None;
    }
    if !input.generics.params.is_empty() {
        return None;
    }
    let probe =
        quote_spanned!(ty.span().resolved_at(Span::mixed_site()) => __docktuna::Probe::<#ty>);
    let check = call(
        "held",
        &ty.to_token_stream(),
        &tokens!(#probe::SCALAR || #probe::TUNABLE),
    );
    Some(tokens! {
        const _: () = {
            #[allow(unused_imports)]
            use __docktuna::{NotScalar as _, NotTunable as _};
            #check
        };
    })
}
