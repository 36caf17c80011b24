import { Injectable } from '@nestjs/common';
import { refuse, RefusalError } from '#kernel';
import { UnitOfWork } from '#persistence';
import { PartyStore } from './party-store.ts';

/**
 * The first operator approves everyone else, so nobody can approve the first: whoever installs the platform names the
 * trading centre, once. Afterwards the centre's role can only be granted by an operator.
 */
@Injectable()
export class InstallOperator {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly parties: PartyStore,
  ) {}

  async run(operator: { readonly creditCode: string; readonly name: string }): Promise<void> {
    const { creditCode, name } = operator;
    await this.unitOfWork.run(async (tx) => {
      await tx.lock('parties.install-operator');
      if (await this.parties.anyGranted(tx, 'operator'))
        throw new RefusalError(refuse('PARTIES.OPERATOR_EXISTS').error);
      const enrolled = await this.parties.ensureOrganisation(tx, creditCode, name);
      if (enrolled !== name)
        throw new RefusalError(refuse('PARTIES.ORGANISATION_NAME_DIFFERS', { creditCode, enrolled }).error);
      await this.parties.requestRoles(tx, creditCode, ['operator']);
      await this.parties.grantRole(tx, creditCode, 'operator', null);
      await this.parties.record(tx, {
        action: 'operator-installed',
        address: '',
        personId: null,
        creditCode,
        fingerprint: null,
        object: { creditCode },
      });
    });
  }
}
