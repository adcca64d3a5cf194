"""One or two markers; every script has a name of its own, the first marker's that of the work."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

import marksheet.apps.ledger.models


def name_scripts(apps, schema_editor):
    """Give the scripts of the first round the name by which their work is known already."""
    Attempt, Script = apps.get_model("exams", "Attempt"), apps.get_model("marking", "Script")
    names = Attempt.objects.filter(pk=OuterRef("attempt_id")).values("script_ref")
    Script.objects.update(ref=Subquery(names))


class Migration(migrations.Migration):

    dependencies = [
        ('exams', '0005_section_ref'),
        ('marking', '0003_allocation'),
    ]

    operations = [
        migrations.AddField(
            model_name='script',
            name='ref',
            field=models.CharField(max_length=32, null=True),
        ),
        migrations.RunPython(name_scripts, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='script',
            name='ref',
            field=marksheet.apps.ledger.models.RefField(),
        ),
        migrations.AlterField(
            model_name='mark',
            name='round',
            field=models.CharField(choices=[('marker-1', 'Marker 1'), ('marker-2', 'Marker 2'), ('agreed', 'Agreed'), ('moderation-1', 'Moderation 1'), ('moderation-2', 'Moderation 2'), ('moderation-3', 'Moderation 3')], max_length=12),
        ),
        migrations.AlterField(
            model_name='script',
            name='round',
            field=models.CharField(choices=[('marker-1', 'Marker 1'), ('marker-2', 'Marker 2'), ('agreed', 'Agreed'), ('moderation-1', 'Moderation 1'), ('moderation-2', 'Moderation 2'), ('moderation-3', 'Moderation 3')], max_length=12),
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.IntegerField(default=0)),
                ('markers', models.IntegerField(choices=[(1, 'One marker'), (2, 'Two markers')], default=1)),
                ('tolerance_thousandths', models.BigIntegerField(default=0)),
                ('within', models.CharField(default='mean', max_length=10)),
                ('beyond', models.CharField(default='agreed', max_length=10)),
                ('measured', models.CharField(default='item', max_length=10)),
                ('event_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('schedule', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exams.schedule')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('markers__in', (1, 2))), name='one_or_two_markers'),
                    models.CheckConstraint(condition=models.Q(('tolerance_thousandths__gte', 0)), name='tolerance_is_not_negative'),
                ],
            },
        ),
    ]
